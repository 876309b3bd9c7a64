"""What somebody wants of a model, and the rules by which one is found, from assets/choosing.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from core.checkpoints.known import Domain
from core.paths import ASSETS

Purpose = Literal["gaps", "names", "answers", "sentiment", "classes", "search", "writing"]
Tongue = Literal["english", "other", "many"]
Amount = Literal["none", "few", "many"]  # rows of one's own with the right answer: none, up to 300, more
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
TONGUES: tuple[Tongue, ...] = get_args(Tongue)
AMOUNTS: tuple[Amount, ...] = get_args(Amount)
FIELDS: tuple[str, ...] = ("", *get_args(Domain))
LENGTHS = (40, 120, 500, 4000, 20_000)  # tokens of a text
LONGEST = 4096  # tokens, beyond which it is no task for the encoders here


@dataclass(frozen=True)
class Wish:
    """`tokens` of a usual text; `milliseconds` that an answer may take and `megabytes` that the weights may, 0 for no
    limit; `domain` is the field of the texts, empty for everyday ones."""

    purpose: Purpose = "classes"
    language: Tongue = "english"
    domain: str = ""
    tokens: int = 120
    milliseconds: int = 0
    megabytes: int = 0
    rows: Amount = "none"


@dataclass(frozen=True)
class Rule:
    """What a reason says, and where that comes from; `link` may be empty."""

    says: str
    source: str
    link: str


@dataclass(frozen=True)
class Refusal:
    """Why it is no task for a BERT at all."""

    title: str
    rule: Rule


@cache
def rules() -> dict[str, Rule]:
    """All of them by their names."""
    found = tomllib.loads((ASSETS / "choosing.toml").read_text(encoding="utf-8"))["rule"]
    return {name: Rule(**fields) for name, fields in found.items()}


@cache
def skilled(skill: str) -> frozenset[str]:
    """The ids that have a skill which the rows of the catalogue do not name."""
    found = tomllib.loads((ASSETS / "choosing.toml").read_text(encoding="utf-8"))["skills"]
    return frozenset(found[skill])


def refusal(wish: Wish) -> Refusal | None:
    """Why no BERT will do, if that is so."""
    if wish.purpose == "writing":
        return Refusal("Not a BERT at all: it does not write.", rules()["writing"])
    if wish.tokens > LONGEST:
        return Refusal("Not a BERT, or not in one piece: your texts are too long.", rules()["too-long"])
    return None
