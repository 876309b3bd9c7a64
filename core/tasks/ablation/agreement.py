"""How much the target depends on what is switched off. Nothing is marked."""

from collections.abc import Sequence

from core.comparison.agreement import Agreement, Difference, everybody, listed, moved, names, plain, unmarked
from core.comparison.overlap import overlap
from core.tasks.ablation.schema import AblationResult, rows


def agreement(results: Sequence[AblationResult]) -> Agreement:
    """By how much the target falls in each; the overlap is that of what single parts do, where they have as many."""
    falls = [result.before - result.after for result in results]
    shapes = {result.importance.shape for result in results}
    alike = len(shapes) == 1 and results[0].importance.size > 0
    share = overlap([rows(result) for result in results]) if alike else None
    if max(falls) - min(falls) < 0.005:
        sentence = f"{everybody(len(results))} change by {plain(-falls[0])} with these parts off."
        return Agreement(sentence, 1.0 if share is None else share, unmarked(results))
    each = listed(f"{plain(-fall)} for {name}" for fall, name in zip(falls, names(results), strict=True))
    return Agreement(f"With these parts off they change by {each}.", share, unmarked(results))


def change(before: AblationResult, after: AblationResult) -> Agreement:
    """How the target moves with the parts off, from one input to the other."""
    return Agreement(
        f"With these parts off, {moved('it', before.after, after.after)}.", None, unmarked((before, after))
    )


def differences(before: AblationResult, after: AblationResult) -> tuple[Difference, ...]:
    """What both have left of the target."""
    return (Difference("with parts off", before.after, after.after),)
