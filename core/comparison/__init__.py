"""How far results agree: of several checkpoints on one request, or of one on two, or over the rows of a file.

What a key of `odd` is, the tasks say.
"""

from collections.abc import Sequence

from core.comparison.agreement import Agreement, Difference
from core.provenance import Result
from core.tasks import task_of


def agreement(results: Sequence[Result]) -> Agreement:
    """How far two or more results of one request agree."""
    found: Agreement = task_of(results[0]).comparison.agreement(results)
    return found


def change(before: Result, after: Result) -> Agreement:
    """How a checkpoint's result changes with another request."""
    found: Agreement = task_of(before).comparison.change(before, after)
    return found


def differences(before: Result, after: Result) -> tuple[Difference, ...]:
    """How two results score each fill, word, name, answer or class, the largest difference first; none of results that
    have no single scores."""
    of_two = getattr(task_of(before).comparison, "differences", None)
    return of_two(before, after) if of_two else ()
