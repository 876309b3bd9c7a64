"""KernelShap against Shapley values by their definition, on every order of the words."""

from collections.abc import Callable
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.inspect import shapley
from core.inspect.choosing import choose
from core.inspect.shapley import kernel_shap
from core.inspect.subject import Change, Subject
from core.provenance import Provenance, Timing
from core.runtime.local import LocalEngine
from core.tasks.target import Target
from core.tasks.text_classification.schema import TextClassificationRequest


class Words:
    """An engine that knows masks, and values each set of words by a function."""

    def __init__(self, value: Callable[[frozenset[str]], float]) -> None:
        self.value = value

    def tokenize(self, checkpoint: str, text: str) -> Any:
        return SimpleNamespace(own=[SimpleNamespace(token=text, unknown=False)])

    def run(self, task: str, checkpoint: str, requests: list[TextClassificationRequest]) -> list[Any]:
        values = (self.value(frozenset(one.text.split()) - {"[MASK]"}) for one in requests)
        return [SimpleNamespace(number=value, provenance=PROVENANCE) for value in values]


PROVENANCE = Provenance("one", "1", "float32", "cpu", 1, Timing())


def subject(text: str) -> Subject:
    def read(result: Any, _: Change) -> float:
        return float(result.number)

    request, target = TextClassificationRequest(text), Target("text-classification", "x")
    return Subject("text-classification", request, target, "x", "probability", {"text": (0, 0)}, read)


def value(words: frozenset[str]) -> float:
    """Words that count alone, together, and against each other."""
    alone = 0.3 * ("a" in words) - 0.2 * ("b" in words)
    return alone + 0.5 * ({"c", "d"} <= words) - 0.4 * ({"a", "e"} <= words) + 0.05


def by_definition(words: list[str]) -> list[float]:
    found = dict.fromkeys(words, 0.0)
    orders = list(permutations(words))
    for order in orders:
        for n, word in enumerate(order):
            found[word] += value(frozenset(order[: n + 1])) - value(frozenset(order[:n]))
    return [found[word] / len(orders) for word in words]


def test_of_few_words_the_values_are_exact() -> None:
    engine: Any = Words(value)
    found = kernel_shap(engine, "one", subject("a b c d e"))
    np.testing.assert_allclose([word.effect for word in found.words], by_definition(list("abcde")), atol=1e-9)
    assert found.value - (found.baseline_value or 0) == pytest.approx(sum(word.effect for word in found.words))


def test_of_many_words_a_sample_comes_close(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapley, "EXACT", 2)
    engine: Any = Words(value)
    found = kernel_shap(engine, "one", subject("a b c d e"))
    np.testing.assert_allclose([word.effect for word in found.words], by_definition(list("abcde")), atol=0.03)


def test_a_telling_word_is_found_by_a_real_model(float32_engine: LocalEngine) -> None:
    asked = choose(float32_engine, "minilm-sentiment", "text-classification", "A wonderful film.", wanted="positive")
    found = kernel_shap(float32_engine, "minilm-sentiment", asked)
    best = max(found.words, key=lambda word: word.effect)
    assert found.texts["text"][best.start : best.end] == "wonderful"
    assert found.steps == 8
