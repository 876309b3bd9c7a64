"""An engine that answers as it is told to, for the measures of dev sets."""

import lzma
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from core.checkpoints.catalog import Catalog, Checkpoint
from core.errors import PlaygroundError


def packed(text: str, file: Path) -> Path:
    """The text in an xz file, as the data has it."""
    with lzma.open(file, "wt", encoding="utf-8") as out:
        out.write(text)
    return file


def invented_row(id: str, head: str = "masked-lm", **fields: Any) -> Checkpoint:
    """A catalogue row that only tests know."""
    texts = dict.fromkeys(("name", "summary", "location", "objective", "paper"), id)
    row = {"source": "bundled", "family": "bert", "revision": "1", "licence": "CC-BY-SA-3.0", "context_length": 128}
    return Checkpoint(**{"id": id, "head": head, **texts, **row, **fields})


class ScriptedEngine:
    """`answer` makes a result of a checkpoint and a request; `calls` counts the requests of each stream."""

    def __init__(self, rows: Iterable[Checkpoint], answer: Callable[[str, Any], Any]) -> None:
        self.catalog, self.answer = Catalog(rows), answer
        self.calls: list[tuple[str, str, int]] = []

    def stream(self, task: str, checkpoint: str, requests: Iterable[Any]) -> Iterator[Any]:
        asked = list(requests)
        self.calls.append((task, checkpoint, len(asked)))
        for request in asked:
            try:
                yield self.answer(checkpoint, request)
            except PlaygroundError as e:
                yield e
