"""What a pretraining is asked to do; all of it is in the link, in the file of the run, and on the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from core.errors import InputError
from core.text.masking import RATE
from core.text.phrases import listed, quoted
from core.text.spans import PLACEHOLDER

PretrainObjective = Literal["masked-tokens", "masked-words", "replaced-tokens", "replace-mlm", "all-tokens-mlm"]
OBJECTIVES: tuple[PretrainObjective, ...] = get_args(PretrainObjective)
SWAPPING = ("replaced-tokens", "replace-mlm", "all-tokens-mlm")  # those with a generator
WIDTHS, HEAD_WIDTH = (64, 128, 192, 256), 32
MOST_LAYERS, FEWEST_PIECES, MOST_PIECES = 6, 200, 8000
MOST_SECONDS, MOST_TOKENS = 1200, 20_000_000
SEED = 13
SENTENCE = "The horses ran because ___ were hungry."


@dataclass(frozen=True)
class Contender:
    """One objective; `rate` is the share of the tokens that are chosen."""

    objective: PretrainObjective
    rate: float = RATE

    @property
    def detects(self) -> bool:
        """Whether it says of every token if it was replaced, and predicts none."""
        return self.objective == "replaced-tokens"

    @property
    def learning_rate(self) -> float:
        """The usual one, which a discriminator needs lower."""
        return 1e-3 if self.detects else 2e-3


@dataclass(frozen=True)
class PretrainPlan:
    """One or two `contenders`, which take turns, on one text with one kind of network.

    Each ends after so many `seconds` of processor time or, where that is 0, so many `tokens` read; earlier after
    `patience` points in a row without a better loss on held-out text. `pieces`: the size of the vocabulary, 0 takes
    that of mini-bert. With a `head_start` words begin with vectors from counts of the text, and some heads look at
    their neighbours; else all weights are random. `learning_rate`: 0 takes the usual one of each objective. `sentence`
    has a gap, ___, whose fills are told as they change.
    """

    contenders: tuple[Contender, ...]
    layers: int = 2
    width: int = 128
    heads: int = 4
    pieces: int = 2000
    seconds: int = 60
    tokens: int = 0
    patience: int = 20
    head_start: bool = True
    learning_rate: float = 0.0
    seed: int = SEED
    sentence: str = SENTENCE


def read_pretrain_plan(values: Mapping[str, Any]) -> PretrainPlan:
    """The plan that JSON holds."""
    known = {field.name for field in fields(PretrainPlan)}
    plan = PretrainPlan(**{name: value for name, value in values.items() if name in known})
    return replace(plan, contenders=tuple(Contender(**one) for one in values["contenders"]))


def check_pretrain_plan(plan: PretrainPlan) -> None:
    """InputError that names what makes no sense."""
    for one in plan.contenders:
        if one.objective not in OBJECTIVES:
            what = f"There is no objective called {quoted(one.objective)}."
            raise InputError(what, f"Choose one of {listed(OBJECTIVES)}.", "objective")
    if not 1 <= len(plan.contenders) <= 2:
        raise InputError(f"{len(plan.contenders)} objectives cannot be compared.", "Choose one or two.", "objective")
    if len(set(plan.contenders)) < len(plan.contenders):
        hint = "Choose another objective, or another share of the tokens."
        raise InputError("Both objectives are the same.", hint, "objective")
    limits: dict[str, tuple[float, float]] = {
        "layers": (1, MOST_LAYERS),
        "heads": (1, plan.width),
        "width": (WIDTHS[0], WIDTHS[-1]),
        "pieces": (FEWEST_PIECES if plan.pieces else 0, MOST_PIECES),
        "seconds": (0 if plan.tokens else 1, MOST_SECONDS),
        "tokens": (0, MOST_TOKENS),
        "patience": (1, 1000),
        "learning_rate": (0, 0.1),
    }
    asked = [(name, getattr(plan, name), *limit) for name, limit in limits.items()]
    for name, value, lowest, highest in [*asked, *(("rate", one.rate, 0.02, 0.9) for one in plan.contenders)]:
        if not lowest <= value <= highest:  # neither is NaN
            message = f"{quoted(name.replace('_', ' '))} is {value:g}; it must be from {lowest:g} to {highest:g}."
            raise InputError(message, "Change it.", name)
    if plan.width % plan.heads:
        message = f"A width of {plan.width} cannot be shared by {plan.heads} heads."
        raise InputError(message, "Choose a number of heads that divides the width.", "heads")
    if plan.sentence and len(PLACEHOLDER.findall(plan.sentence)) != 1:
        raise InputError("The sentence to watch needs one gap.", "Write ___ for one word.", "sentence")
