"""What a training is asked to do; all of it is in the link, in the file of the run, and on the command line."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from core.checkpoints.catalog import Checkpoint
from core.errors import InputError
from core.text.phrases import listed, quoted
from core.text.spans import PLACEHOLDER

TrainedTask = Literal["text-classification", "token-classification", "question-answering", "fill-mask"]
TrainingMethod = Literal["head", "lora", "full"]
TASKS: tuple[TrainedTask, ...] = get_args(TrainedTask)
METHODS: tuple[TrainingMethod, ...] = get_args(TrainingMethod)
SHARED_METHODS: tuple[TrainingMethod, ...] = ("full", "lora")  # of several tasks: heads alone have nothing in common
LABELLED = ("text-classification", "token-classification")  # tasks whose rows have labels
HEADS = {
    "text-classification": "sequence-classification",
    "token-classification": "token-classification",
    "question-answering": "question-answering",
    "fill-mask": "masked-lm",
}
MEASURES = {
    "text-classification": "accuracy",
    "token-classification": "F1 of names",
    "question-answering": "F1 of answers",
    "fill-mask": "of the hidden tokens predicted",
}
RATES: dict[str, float] = {"head": 3e-3, "lora": 2e-3, "full": 1e-4}  # that suit networks of this size
MOST_EPOCHS, HIGHEST_RATE, MOST_RANK, MOST_SEEDS = 50, 0.1, 128, 5
FEWEST_TOKENS, MOST_TOKENS = 64, 16_384  # of a batch
FEWEST_USUAL, FEWEST_MASKED, MOST_USUAL = 64, 256, 1024  # where nobody says; few are hidden of few
SEED = 13
MOST_AT_EACH_POINT = 1000  # held-out rows that are asked while it trains; at the end all are


@dataclass(frozen=True)
class TrainingPlan:
    """`checkpoint` is where it begins. `learning_rate` is the highest; 0 takes the usual one of the method.
    `batch_tokens`: 0 takes as many as suit the number of rows.

    `layer_decay`: each layer learns at so many times the rate of the layer above it. `gradual`: the head learns alone
    at first, then one layer more at a time from the top. `warm_up` is a share of the steps. `patience`: it ends after
    so many evaluations without a better one; 0 never does. `seeds`: so many trainings, each with the seed after that of
    the one before; the best is kept. `watch` are texts whose answers are told as they change.
    """

    task: TrainedTask
    checkpoint: str
    method: TrainingMethod = "lora"
    learning_rate: float = 0.0
    epochs: int = 3
    batch_tokens: int = 0
    warm_up: float = 0.1
    weight_decay: float = 0.01
    clip: float = 1.0
    layer_decay: float = 1.0
    gradual: bool = False
    class_weights: bool = False
    patience: int = 0
    evaluations: int = 10
    rank: int = 8
    seed: int = SEED
    seeds: int = 1
    watch: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """The highest learning rate."""
        return self.learning_rate or RATES[self.method]

    @property
    def head(self) -> str:
        """The head that learns."""
        return HEADS[self.task]

    def as_dict(self) -> dict[str, Any]:
        """The plan as JSON has it."""
        return asdict(self)


def usual_batch(tokens: int, task: TrainedTask) -> int:
    """Tokens of a batch for a training set of so many: a thirty-second, so that an epoch has some steps."""
    return min(MOST_USUAL, max(FEWEST_MASKED if task == "fill-mask" else FEWEST_USUAL, tokens // 32))


def read_plan(values: dict[str, Any]) -> TrainingPlan:
    """The plan that `as_dict` gave."""
    known = {field.name for field in fields(TrainingPlan)}
    plan = TrainingPlan(**{name: value for name, value in values.items() if name in known})
    return replace(plan, watch=tuple(plan.watch))


def check_plan(plan: TrainingPlan) -> None:
    """InputError that names what makes no sense."""
    for name, known in (("task", TASKS), ("method", METHODS)):
        if (value := getattr(plan, name)) not in known:
            raise InputError(f"There is no {name} called {quoted(value)}.", f"Choose one of {listed(known)}.", name)
    limits: dict[str, tuple[float, float]] = {
        "learning_rate": (0, HIGHEST_RATE),
        "epochs": (1, MOST_EPOCHS),
        "batch_tokens": (FEWEST_TOKENS if plan.batch_tokens else 0, MOST_TOKENS),
        "warm_up": (0, 0.9),
        "weight_decay": (0, 1),
        "clip": (0, 1000),
        "layer_decay": (0.1, 1),
        "patience": (0, 1000),
        "evaluations": (1, 1000),
        "rank": (1, MOST_RANK),
        "seeds": (1, MOST_SEEDS),
    }
    for name, (lowest, highest) in limits.items():
        value = getattr(plan, name)
        if not lowest <= value <= highest:  # neither is NaN
            what = quoted(name.replace("_", " "))
            message = f"{what} is {value:g}; it must be from {lowest:g} to {highest:g}."
            raise InputError(message, "Change it.", name)
    if plan.gradual and plan.method == "head":
        raise InputError("Where only the head learns, no layer can be released.", "Choose LoRA or all weights.")
    if plan.task == "fill-mask" and (plan.method == "head" or plan.gradual):
        message = "The head for hidden words is trained already: it is the layers that have to learn."
        raise InputError(message, "Choose LoRA or all weights, without unfreezing gradually.")
    if plan.class_weights and plan.task not in LABELLED:
        raise InputError("Only labels can be rare classes; this task has none.", "Leave out the class weights.")
    for text in plan.watch:
        check_watched(text, plan.task)


def check_watched(text: str, task: TrainedTask) -> None:
    """InputError for a text that cannot be watched."""
    if task == "fill-mask" and not PLACEHOLDER.search(text):
        raise InputError(f"{quoted(text)} has no gap to watch.", "Write ___ in the place of a word.", "watch")
    if task == "question-answering" and not all(part.strip() for part in text.partition("|")):
        message = f"{quoted(text)} has no passage to answer from."
        raise InputError(message, "Write the question, a |, and the passage on one line.", "watch")


def check_start(plan: TrainingPlan, row: Checkpoint) -> None:
    """InputError if a training for this task cannot begin with this checkpoint."""
    if plan.task == "fill-mask" and row.head != "masked-lm":
        message = f"{row.name} has no trained head for hidden words."
        raise InputError(message, "Begin with a model of the page Fill a mask, such as minilm-fill-mask.", "checkpoint")
    if plan.task == "fill-mask" and row.enhanced_mask_decoder:
        message = f"{row.name} has a decoder that no other library knows, so the result could not be used elsewhere."
        raise InputError(message, "Begin with another model.", "checkpoint")
