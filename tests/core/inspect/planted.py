"""A model whose reason is known, and methods that always say the same."""

from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from core.inspect.attribution import Attribution, Word
from core.inspect.methods import Method
from core.inspect.subject import Subject
from core.provenance import Provenance, Timing
from core.tasks.text_classification.schema import LabelScore, TextClassificationRequest, TextClassificationResult

COST = Provenance("one", "1", "float32", "cpu", 1, Timing())


class Planted:
    """Says “yes” with 0.9 where the planted word is there, else with 0.1."""

    def __init__(self, forward_ms: float = 0.0) -> None:
        self.cost = Provenance("one", "1", "float32", "cpu", 1, Timing(forward_ms=forward_ms))

    def run(self, task: str, checkpoint: str, requests: Sequence[TextClassificationRequest]) -> list[Any]:
        shares = (0.9 if "planted" in one.text else 0.1 for one in requests)
        return [TextClassificationResult("", (LabelScore("yes", share),), self.cost) for share in shares]

    def stream(self, task: str, checkpoint: str, requests: Sequence[Any], stopped: Callable[[], bool]) -> Iterator[Any]:
        yield from self.run(task, checkpoint, requests)

    def tokenize(self, checkpoint: str, text: str) -> Any:
        return SimpleNamespace(own=[SimpleNamespace(token=text, unknown=False)])


def fixed(scores: dict[str, float]) -> Method:
    """A method that always says the same."""

    def explain(engine: Any, checkpoint: str, subject: Subject) -> Attribution:
        words = tuple(
            Word(one.field, one.start, one.end, scores.get(subject.texts[one.field][one.start : one.end], 0.0))
            for one in subject.words
        )
        return Attribution("", "yes", 1.0, "", subject.texts, words, COST)

    return Method("", "", explain)
