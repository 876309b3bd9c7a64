"""About how long a training will take on one processor core, before it starts.

The seconds of steps were measured on one core of a processor with AVX2 alone: 31 trainings of minilm and mini-bert,
head, LoRA and all weights, batches of 64 to 2,048 tokens, short rows and long ones; they lie within 30 % of this. On
one with bfloat16, mini-bert took half as long for a token that it learned from. Other machines have another pace: this
is a first word, and the time left is measured from the first steps.
"""

from collections.abc import Sequence

from core.checkpoints.catalog import Checkpoint
from core.finetuning.gather import TrainingRow
from core.finetuning.memory import HIDDEN, NetworkShape, lengths_before, shape_before
from core.finetuning.plan import MOST_AT_EACH_POINT, TrainingPlan, usual_batch

STARTING_S = 5.0  # to build the network and to cut the rows into tokens
A_STEP = {"head": 0.005, "lora": 0.025, "full": 0.0025}  # of a step, whatever it reads
PER_WEIGHT = 3.3e-9  # of a step, for each weight that learns
PER_READ = 3.6e-11  # for each token that is read and each weight that it meets
BACK = {"head": 0.1, "lora": 1.8, "full": 1.9}  # how many times that the way back takes, of a token that teaches
IN_BFLOAT16 = 0.5  # of the time of a token that teaches


def body(shape: NetworkShape, plan: TrainingPlan, length: float) -> float:
    """Products for a token of a row of so many tokens: the weights of the layers, attention, hidden words."""
    words = HIDDEN * shape.hidden * shape.vocabulary if plan.task == "fill-mask" else 0.0
    return shape.layers * (shape.of_layer + 2 * length * shape.hidden) + words


def seconds_of(
    shape: NetworkShape, plan: TrainingPlan, train: Sequence[int], dev: Sequence[int], *, bfloat16: bool
) -> float:
    """Of a training with one seed on rows of so many tokens each, and as many as that held out."""
    tokens = sum(train)
    products = body(shape, plan, tokens / len(train))
    steps = plan.epochs * max(1.0, tokens / (plan.batch_tokens or usual_batch(tokens, plan.task)))
    asked = sum(dev) * min(1.0, MOST_AT_EACH_POINT / max(1, len(dev))) * (plan.evaluations + 1)
    learning = tokens * plan.epochs * (1 + BACK[plan.method]) * (IN_BFLOAT16 if bfloat16 else 1)
    each_step = A_STEP[plan.method] + PER_WEIGHT * shape.free(plan)
    return STARTING_S + steps * each_step + PER_READ * products * (learning + asked)


def seconds_before(
    row: Checkpoint,
    weights: int,
    plan: TrainingPlan,
    train: Sequence[TrainingRow],
    dev: Sequence[TrainingRow],
    *,
    bfloat16: bool,
) -> float:
    """Of all seeds of a plan, before any text is cut into tokens; 0 if the configuration does not tell. `bfloat16`:
    the processor has it."""
    shape = shape_before(row, weights)
    if shape is None or not train:
        return 0.0
    lengths = lengths_before(row, train), lengths_before(row, dev)
    return plan.seeds * seconds_of(shape, plan, *lengths, bfloat16=bfloat16)
