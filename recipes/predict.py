"""A checkpoint's answers to a whole dev set, through the engine; what they are worth is each measure's own affair."""

from collections.abc import Iterator, Sequence

from rich.progress import track

from core.engine import Engine
from core.errors import PlaygroundError
from core.provenance import Request, Result

Measures = dict[str, float]  # measure -> value


def predict(engine: Engine, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
    """All results; raises the first error."""
    return list(track(answers(engine, task, checkpoint, requests), checkpoint, total=len(requests), transient=True))


def answers(engine: Engine, task: str, checkpoint: str, requests: Sequence[Request]) -> Iterator[Result]:
    """Each result as it comes, never one that is remembered; raises the first error."""
    for result in engine.stream(task, checkpoint, requests):
        if isinstance(result, PlaygroundError):
            raise result
        yield result
