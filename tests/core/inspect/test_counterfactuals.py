"""Changes of words that change an answer: on a model whose reasons are known, and on a real one."""

from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import InputError
from core.inspect.choosing import choose
from core.inspect.counterfactuals import counterfactuals
from core.inspect.subject import Change, WordPlace, class_subject, cosine_subject
from core.provenance import Provenance, Timing
from core.runtime.local import LocalEngine
from core.tasks.fill_mask.schema import Fill, FillMaskRequest, FillMaskResult, MaskFills
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest
from core.tasks.text_classification.schema import LabelScore, TextClassificationRequest, TextClassificationResult

COST = Provenance("one", "1", "float32", "cpu", 1, Timing())


class Planted:
    """Says “yes” unless both words are gone; proposes “new” and, less likely, “odd” for every gap."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def run(self, task: str, checkpoint: str, requests: list[Any]) -> list[Any]:
        return [self.fill(one) if task == "fill-mask" else self.judge(one) for one in requests]

    def fill(self, request: FillMaskRequest) -> FillMaskResult:
        start = request.text.index("___")
        fills = (Fill("new", 0.6, 1), Fill("odd", 0.1, 2), Fill(".", 0.1, 3))
        return FillMaskResult(request.text, (MaskFills(start, start + 3, fills, 1.0),), COST)

    def judge(self, request: TextClassificationRequest) -> TextClassificationResult:
        there = sum(word in request.text for word in self.words) / len(self.words)
        yes, no = LabelScore("yes", 0.2 + 0.7 * there), LabelScore("no", 0.8 - 0.7 * there)
        labels = (yes, no) if there else (no, yes)
        return TextClassificationResult(request.text, labels, COST)

    def tokenize(self, checkpoint: str, text: str) -> Any:
        return SimpleNamespace(own=[])


def test_one_planted_word_is_swapped_the_most_natural_way_first() -> None:
    engine: Any = Planted("key")
    found = counterfactuals(engine, "one", class_subject(TextClassificationRequest("a Key is key here"), "yes"), "two")
    assert [one.texts["text"] for one in found.found] == ["a Key is new here", "a Key is odd here"]
    first = found.found[0]
    assert (first.becomes, first.swaps[0].word, first.naturalness) == ("no", "key", pytest.approx(0.6))
    assert found.reduced is not None
    assert (found.reduced.texts, found.reduced.left, found.reduced.words) == ({"text": "key"}, 1, 5)


def test_two_planted_words_need_two_swaps() -> None:
    engine: Any = Planted("key", "lock")
    found = counterfactuals(engine, "one", class_subject(TextClassificationRequest("a key in a lock"), "yes"), "two")
    assert found.found[0].texts["text"] == "a new in a new"
    assert all(len(one.swaps) == 2 for one in found.found)
    assert found.found[0].naturalness == pytest.approx(0.6)


def test_capitals_are_kept_and_spans_move() -> None:
    change = Change((WordPlace("text", 0, 3), WordPlace("text", 8, 9)), fillers=("Longer", ""))
    assert change.text("text", "The cat a dog") == "Longer cat  dog"
    assert change.moved("text", (4, 7)) == (7, 10)
    assert change.moved("text", (10, 13)) == (12, 15)
    engine: Any = Planted("Key")
    found = counterfactuals(engine, "one", class_subject(TextClassificationRequest("Key of a door"), "yes"), "two")
    assert found.found[0].texts["text"] == "New of a door"


def test_a_number_has_no_counterfactual() -> None:
    engine: Any = Planted("key")
    with pytest.raises(InputError, match="is a number"):
        counterfactuals(engine, "one", cosine_subject(SentenceSimilarityRequest("a", "b")), "two")


@pytest.mark.parametrize(
    ("checkpoint", "task", "text", "other"),
    [
        ("minilm-sentiment", "text-classification", "The plot is rather dull but the cast plays well.", ""),
        ("minilm-ner", "token-classification", "Ada met him in Paris.", ""),
        ("minilm-qa", "question-answering", "Olga painted the bridge in 1950.", "Who painted the bridge?"),
        ("minilm-fill-mask", "fill-mask", "The capital of France is ___.", ""),
    ],
)
def test_a_real_answer_changes(float32_engine: LocalEngine, checkpoint: str, task: str, text: str, other: str) -> None:
    subject = choose(float32_engine, checkpoint, task, text, other)
    found = counterfactuals(float32_engine, checkpoint, subject, "minilm-fill-mask")
    assert found.reduced is not None
    assert 1 <= found.reduced.left <= found.reduced.words
    assert found.tried > 10
    for one in found.found:
        assert one.becomes != ""
        assert one.value < found.value
