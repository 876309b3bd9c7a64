"""What agreement is, and the phrases that its sentences are made of."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.checkpoints.catalog import spoken
from core.provenance import Result
from core.text.phrases import chance

Key = Hashable  # what can be marked: a fill, a name, a class, a head; each task says how it is written
Odd = frozenset[Key]
UNMARKED: Odd = frozenset()


@dataclass(frozen=True)
class Agreement:
    """How far results agree, in a sentence; `share` of what they say that all say, in [0, 1], None where no number
    tells; and for each result in `odd` what the others lack, to be marked in place."""

    sentence: str
    share: float | None
    odd: tuple[Odd, ...]


def lacking(found: Sequence[Iterable[Key]]) -> tuple[Odd, ...]:
    """For each result those of its keys that not all have."""
    sets = [frozenset(keys) for keys in found]
    shared = frozenset.intersection(*sets)
    return tuple(keys - shared for keys in sets)


def unmarked(results: Sequence[Any]) -> tuple[Odd, ...]:
    """No marks for any of the results."""
    return (UNMARKED,) * len(results)


def everybody(count: int) -> str:
    """All of them, as the subject of a sentence."""
    return {2: "Both", 3: "All three", 4: "All four"}.get(count, f"All {count}")


def listed(parts: Iterable[str]) -> str:
    """a, b and c"""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def names(results: Sequence[Result]) -> list[str]:
    """What a sentence calls the checkpoints that gave the results."""
    return [spoken(result.provenance.checkpoint) for result in results]


def by_speaker(results: Sequence[Result], said: Sequence[str]) -> str:
    """a and b say x; c says y"""
    groups: dict[str, list[str]] = {}
    for name, words in zip(names(results), said, strict=True):
        groups.setdefault(words, []).append(name)
    return "; ".join(f"{listed(who)} {'say' if len(who) > 1 else 'says'} {words}" for words, who in groups.items())


def counted(number: int, noun: str) -> str:
    """1 name, 2 names"""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def signed(value: float) -> str:
    """The number with its sign and two digits."""
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")


def plain(value: float) -> str:
    """The number with two digits and a proper minus."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


@dataclass(frozen=True)
class Difference:
    """What one result gives `name` beside what another gives it; `at_least`: it is that far apart or farther, since
    one of them lists only its best."""

    name: str
    before: float
    after: float
    at_least: bool = False
    unit: str = "probability"

    @property
    def size(self) -> float:
        """How much more the second one gives."""
        return self.after - self.before


def of_scores(before: dict[str, float], after: dict[str, float]) -> tuple[Difference, ...]:
    """The differences of what both have, the largest first."""
    shared = (Difference(name, before[name], after[name]) for name in before if name in after)
    return largest_first(shared)


def largest_first(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """The differences by size, whatever their sign."""
    return tuple(sorted(found, key=lambda one: -abs(one.size)))


def moved(noun: str, before: float, after: float, shown: Callable[[float], str] = chance) -> str:
    """Whether a probability rises or falls, and by how much; another number with its own way of being `shown`."""
    if abs(after - before) < 0.005:
        return f"{noun} stays at {shown(after)}"
    way = "rises" if after > before else "falls"
    return f"{noun} {way} from {shown(before)} to {shown(after)} ({signed(after - before)})"
