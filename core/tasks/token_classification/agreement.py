"""Names in a text. A key is (start, end, kind)."""

from collections.abc import Sequence

from core.comparison.agreement import Agreement, Difference, Odd, counted, everybody, lacking, largest_first, listed
from core.comparison.overlap import overlap
from core.tasks.token_classification.schema import Entity, TokenClassificationResult, rows
from core.text.phrases import quoted

NAMED = 3  # names that a sentence lists


def agreement(results: Sequence[TokenClassificationResult]) -> Agreement:
    """On how many names all agree: the same borders and the same kind."""
    found = [[key(entity) for entity in result.entities] for result in results]
    every = {name for one in found for name in one}
    odd = lacking(found)
    shared = len(every) - len(frozenset().union(*odd))
    if not every:
        sentence = f"{everybody(len(results))} find no names."
    elif shared == len(every):
        sentence = f"{everybody(len(results))} find the same {'name' if shared == 1 else counted(shared, 'name')}."
    else:
        sentence = f"They agree on {shared} of {counted(len(every), 'name')}."
    return Agreement(sentence, overlap([rows(result) for result in results]), odd)


def key(entity: Entity) -> tuple[int, int, str]:
    """What makes two entities of one text the same."""
    return entity.start, entity.end, entity.entity_group


def change(before: TokenClassificationResult, after: TokenClassificationResult) -> Agreement:
    """Which names are gone and which are new, wherever they stand."""
    old, new = ({(e.text, e.entity_group) for e in result.entities} for result in (before, after))
    kept = len(old & new)
    stay = f"{counted(kept, 'name') if kept else 'No name'} stay{'' if kept > 1 else 's'}"
    parts = [stay, *(f"{some(found)} {word}" for found, word in ((old - new, "gone"), (new - old, "new")) if found)]
    sentence = "; ".join(parts) + "." if old or new else "Neither contains a name."
    return Agreement(sentence, None, (outside(before, new), outside(after, old)))


def some(found: set[tuple[str, str]]) -> str:
    """A few names with their kinds, and how many more there are."""
    first = [f"{quoted(text)} ({group})" for text, group in sorted(found)[:NAMED]]
    more = [f"{len(found) - NAMED} more"] if len(found) > NAMED else []
    return f"{listed([*first, *more])} {'is' if len(found) == 1 else 'are'}"


def outside(result: TokenClassificationResult, known: set[tuple[str, str]]) -> Odd:
    """The names that are not known."""
    return frozenset(key(e) for e in result.entities if (e.text, e.entity_group) not in known)


def differences(before: TokenClassificationResult, after: TokenClassificationResult) -> tuple[Difference, ...]:
    """The scores of each name; 0 where it is not found."""
    old, new = ({f"{e.text} ({e.entity_group})": e.score for e in result.entities} for result in (before, after))
    return largest_first(Difference(name, old.get(name, 0.0), new.get(name, 0.0)) for name in {**old, **new})
