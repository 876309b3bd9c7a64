"""What a training is asked to do; all of it is in the link, in the file of the run, and on the command line."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from core.errors import InputError
from core.text.phrases import listed, quoted

TrainedTask = Literal["text-classification", "token-classification"]
TrainingMethod = Literal["head", "lora", "full"]
TASKS: tuple[TrainedTask, ...] = get_args(TrainedTask)
METHODS: tuple[TrainingMethod, ...] = get_args(TrainingMethod)
HEADS = {"text-classification": "sequence-classification", "token-classification": "token-classification"}
RATES: dict[str, float] = {"head": 3e-3, "lora": 2e-3, "full": 1e-4}  # that suit networks of this size
MOST_EPOCHS, HIGHEST_RATE, MOST_RANK = 50, 0.1, 128
FEWEST_TOKENS, MOST_TOKENS = 64, 16_384  # of a batch
SEED = 13


@dataclass(frozen=True)
class TrainingPlan:
    """`checkpoint` is where it begins. `learning_rate` is the highest; 0 takes the usual one of the method.
    `batch_tokens`: 0 takes as many as suit the number of rows.

    `layer_decay`: each layer learns at so many times the rate of the layer above it. `gradual`: the head learns alone
    at first, then one layer more at a time from the top. `warm_up` is a share of the steps. `patience`: it ends after
    so many evaluations without a better one; 0 never does. `watch` are texts whose answers are told as they change.
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
    }
    for name, (lowest, highest) in limits.items():
        value = getattr(plan, name)
        if not lowest <= value <= highest:  # neither is NaN
            what = quoted(name.replace("_", " "))
            message = f"{what} is {value:g}; it must be from {lowest:g} to {highest:g}."
            raise InputError(message, "Change it.", name)
    if plan.gradual and plan.method == "head":
        raise InputError("Where only the head learns, no layer can be released.", "Choose LoRA or all weights.")
