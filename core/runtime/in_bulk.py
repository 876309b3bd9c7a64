"""An engine for jobs that ask one thing after the other: people who wait come first, and a stop ends what runs."""

from collections.abc import Callable, Sequence

from core.engine import Engine
from core.errors import PlaygroundError
from core.jobs import Stopped
from core.provenance import Request, Result
from core.runtime.around import EngineAround


class BulkEngine(EngineAround):
    """The engine around which it stands, but `run` streams its requests, as files of rows do, and remembers none."""

    def __init__(self, engine: Engine, stopped: Callable[[], bool]) -> None:
        super().__init__(engine)
        self._stopped = stopped

    def run(self, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
        """The results in the order of the requests; raises the first PlaygroundError, and Stopped if `stopped` says
        so before all are there."""
        found: list[Result] = []
        for result in self.inner.stream(task, checkpoint, requests, self._stopped):
            if isinstance(result, PlaygroundError):
                raise result
            found.append(result)
        if len(found) < len(requests):
            raise Stopped
        return found
