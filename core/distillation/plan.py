"""What a distillation is asked to do; all of it is in the link, in the file of the run, and on the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from core.checkpoints.catalog import Checkpoint
from core.errors import InputError
from core.finetuning.plan import HEADS, SEED, TrainedTask, TrainingPlan, check_plan, check_start
from core.text.phrases import listed, quoted

SOFT, HIDDEN, OWN, TEMPERATURE = 5.0, 1.0, 2.0, 2.0  # weights of the losses, as in DistilBERT's own training script
RATE, EPOCHS = 5e-4, 10  # that suit networks of this size and few rows
HIGHEST_WEIGHT, HIGHEST_TEMPERATURE = 100.0, 20.0
FEWEST_ROWS = 8  # to learn from
DISTILBERT = 0.969  # of BERT's mean score on GLUE is kept: 77.0 of 79.5 (arxiv.org/abs/1910.01108, table 1)


@dataclass(frozen=True)
class DistilPlan:
    """A student with fewer `layers` than its `teacher`. The weights of three losses: `soft` targets, which are the
    teacher's probabilities at a `temperature`; its `hidden` states; and the task's `own` loss, on the right answers.

    With `labels_alone` the same student also learns from the right answers alone, from the same batches. Other fields
    are those of a TrainingPlan.
    """

    task: TrainedTask
    teacher: str
    layers: int
    soft: float = SOFT
    hidden: float = HIDDEN
    own: float = OWN
    temperature: float = TEMPERATURE
    labels_alone: bool = True
    learning_rate: float = RATE
    epochs: int = EPOCHS
    batch_tokens: int = 0
    patience: int = 0
    seed: int = SEED

    @property
    def training(self) -> TrainingPlan:
        """How the student learns."""
        return TrainingPlan(
            self.task,
            self.teacher,
            "full",
            learning_rate=self.learning_rate,
            epochs=self.epochs,
            batch_tokens=self.batch_tokens,
            patience=self.patience,
            seed=self.seed,
        )


@dataclass(frozen=True)
class LayerBlock:
    """The layers of a teacher, from `first` to `last`, counted from 0, that one layer of the student stands for: it
    starts as the first and learns to give what the last one gives."""

    first: int
    last: int


def blocks(teacher: int, student: int) -> list[LayerBlock]:
    """The teacher's layers shared out evenly: of twice as many layers every second one is a start, as for DistilBERT,
    and the states learned from lie as far apart as TinyBERT's (arxiv.org/abs/1909.10351, 3.1)."""
    ends = [n * teacher // student for n in range(student + 1)]
    return [LayerBlock(first, after - 1) for first, after in zip(ends, ends[1:], strict=False)]


def blocks_said(parts: Sequence[LayerBlock]) -> str:
    """The blocks in a sentence, their layers counted from 1."""
    firsts, lasts = (listed([str(getattr(one, end) + 1) for one in parts]) for end in ("first", "last"))
    layers, give = ("layer", "gives") if len(parts) == 1 else ("layers", "give")
    return f"The student starts as the teacher’s {layers} {firsts} and learns to give what {layers} {lasts} {give}."


def read_distil_plan(values: Mapping[str, Any]) -> DistilPlan:
    """The plan that JSON holds."""
    known = {field.name for field in fields(DistilPlan)}
    return DistilPlan(**{name: value for name, value in values.items() if name in known})


def task_of(row: Checkpoint) -> TrainedTask:
    """What a teacher teaches; InputError if its head is not trained for anything that can be taught."""
    for task, head in HEADS.items():
        if row.head == head:
            check_start(TrainingPlan(task, row.id), row)  # type: ignore[arg-type]
            return task  # type: ignore[return-value]
    message = f"“{row.id}” has no trained head whose answers a student could learn."
    raise InputError(message, "Choose a model that labels texts, finds names, answers questions or fills gaps.")


def check_distil_plan(plan: DistilPlan) -> None:
    """InputError that names what makes no sense."""
    check_plan(plan.training)
    limits = {
        "layers": (1, 1000),
        "soft": (0, HIGHEST_WEIGHT),
        "hidden": (0, HIGHEST_WEIGHT),
        "own": (0, HIGHEST_WEIGHT),
        "temperature": (0.5, HIGHEST_TEMPERATURE),
    }
    for name, (lowest, highest) in limits.items():
        value = getattr(plan, name)
        if not lowest <= value <= highest:  # neither is NaN
            message = f"{quoted(name)} is {value:g}; it must be from {lowest:g} to {highest:g}."
            raise InputError(message, "Change it.", name)
    if not plan.soft + plan.hidden + plan.own:
        raise InputError("All three losses have the weight 0: there is nothing to learn from.", "Raise one of them.")


def check_layers(teacher: int, student: int) -> None:
    """InputError unless the student has fewer layers than its teacher."""
    if teacher < 2:
        raise InputError("The teacher has only one layer, so no student could have fewer.", "Choose another teacher.")
    if not 1 <= student < teacher:
        message = f"The teacher has {teacher} layers; a student of {student} would not be smaller."
        raise InputError(message, "Choose 1." if teacher == 2 else f"Choose from 1 to {teacher - 1}.", "layers")
