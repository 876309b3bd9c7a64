"""An engine around another: what it does not change it passes on."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from core.engine import Engine, EngineStatus
from core.errors import PlaygroundError
from core.provenance import Request, Result
from core.text.pieces import Tokenized


class EngineAround:
    """Does as the engine does around which it stands."""

    def __init__(self, engine: Engine) -> None:
        self.inner = engine

    def run(self, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
        """The results in the order of the requests; raises the first PlaygroundError."""
        return self.inner.run(task, checkpoint, requests)

    def stream(
        self,
        task: str,
        checkpoint: str,
        requests: Iterable[Request | PlaygroundError],
        stopped: Callable[[], bool] | None = None,
    ) -> Iterator[Result | PlaygroundError]:
        """Results of any number of requests in order; an error stands in its request's place."""
        return self.inner.stream(task, checkpoint, requests, stopped)

    def status(self) -> EngineStatus:
        """What is loaded now."""
        return self.inner.status()

    def tokenize(self, checkpoint: str, text: str) -> Tokenized:
        """The text in the pieces of a checkpoint; loads no weights."""
        return self.inner.tokenize(checkpoint, text)

    def find_pieces(self, checkpoint: str, wanted: str) -> tuple[int, Sequence[tuple[str, int]]]:
        """How many pieces of its vocabulary contain `wanted`, and the first of them with their ids."""
        return self.inner.find_pieces(checkpoint, wanted)

    def unload(self, checkpoint: str) -> bool:
        """Gives back the memory of a checkpoint; false if it is in use or not loaded."""
        return self.inner.unload(checkpoint)
