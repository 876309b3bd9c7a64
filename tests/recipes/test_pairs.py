"""Pairs of texts: how the wrong one is made, and when the right one counts as preferred."""

import json
import lzma
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import InputError
from recipes.likelihood import log_likelihoods
from recipes.pairs import exchange_words, measure_minimal_pairs, measure_word_order, share_preferred
from tests.recipes.scripted_engine import ScriptedEngine, invented_row, packed

TEXT = """\
The old river crossed the northern plain slowly, its water cold. Nobody in the small town knew where it came from.
The miller of Tarn had had two lanterns and one old wagon. He sold, he bought, he lent, he lost, he won, he wept.
"""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return packed(TEXT, tmp_path / "text.xz")


def judging(values: dict[str, float]) -> ScriptedEngine:
    """A masked language model that gives these texts these log-likelihoods, and others -9."""
    return ScriptedEngine(
        [invented_row("one")], lambda _, request: SimpleNamespace(log_likelihood=values.get(request.text, -9.0))
    )


def suspecting(scores: dict[str, list[float]]) -> ScriptedEngine:
    """A discriminator that takes the tokens of these texts for replaced with these probabilities."""

    def answer(_: str, request: Any) -> Any:
        return SimpleNamespace(tokens=[SimpleNamespace(score=score) for score in scores[request.text]])

    return ScriptedEngine([invented_row("one", "replaced-token-detection")], answer)


def test_two_neighbouring_words_change_places_inside_the_sentence(text: Path):
    pairs = exchange_words(text)
    assert len(pairs) == 3  # the last sentence has a comma behind every word that could go
    for right, wrong in pairs:
        ours, theirs = right.split(" "), wrong.split(" ")
        first, second = (n for n in range(len(ours)) if ours[n] != theirs[n])
        assert second == first + 1 and first > 0 and second < len(ours) - 1
        assert (ours[first], ours[second]) == (theirs[second], theirs[first])
        assert ours[first].isalpha() and ours[second].isalpha()
    assert pairs == exchange_words(text)


def test_the_same_word_twice_is_never_exchanged(tmp_path: Path):
    file = tmp_path / "text.xz"
    with lzma.open(file, "wt", encoding="utf-8") as out:
        out.write("They, had had, that That, was was, so so, it it, then then, over.\n")
    assert exchange_words(file) == []


def test_a_tie_is_a_miss():
    engine = judging({"a": -1.0, "b": -2.0, "c": -3.0})
    assert share_preferred(engine, "one", [("a", "b"), ("c", "b"), ("a", "c"), ("x", "y")]) == 0.5
    assert engine.calls == [("pseudo-likelihood", "one", 8)]


def test_every_third_minimal_pair_is_read(tmp_path: Path):
    file = tmp_path / "pairs.xz"
    with lzma.open(file, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps({"good": f"She {n} sings.", "bad": f"She {n} sing."}) + "\n" for n in range(7))
    engine = judging({"She 0 sings.": -1.0, "She 3 sings.": -1.0, "She 1 sings.": -1.0})
    assert measure_minimal_pairs(engine, "one", file) == ({"minimal pairs": 2 / 3}, 3)


def test_the_true_order_is_that_of_the_text(text: Path):
    right = {sentence: -1.0 for sentence, _ in exchange_words(text)}
    assert measure_word_order(judging(right), "one", text) == ({"word order": 1.0}, 3)


def test_a_discriminator_prefers_what_looks_untouched():
    engine = suspecting({"good": [0.1, 0.2], "bad": [0.1, 0.9], "long": [0.1, 0.2, 0.5]})
    values = log_likelihoods(engine, "one", ["good", "bad", "long"])
    assert values == pytest.approx([math.log(0.9 * 0.8), math.log(0.9 * 0.1), math.log(0.9 * 0.8 * 0.5)])
    assert share_preferred(engine, "one", [("good", "bad"), ("long", "good")]) == 0.5
    assert {task for task, *_ in engine.calls} == {"replaced-token-detection"}


def test_a_token_that_is_surely_replaced_still_has_a_logarithm():
    assert log_likelihoods(suspecting({"bad": [1.0, 0.5]}), "one", ["bad"])[0] < -60


def test_an_error_of_the_engine_ends_the_measure():
    def refuse(*_: Any) -> Any:
        raise InputError("The text has no words.", "Write some.")

    with pytest.raises(InputError, match="no words"):
        log_likelihoods(ScriptedEngine([invented_row("one")], refuse), "one", ["a"])
