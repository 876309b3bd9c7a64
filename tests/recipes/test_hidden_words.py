"""Hidden words: which are drawn, which guesses count, and what is timed."""

import re
from pathlib import Path

import pytest

from core.provenance import Provenance, Timing
from core.tasks.fill_mask.schema import Fill, FillMaskResult, MaskFills
from recipes import hidden_words
from recipes.hidden_words import hide_words, measure_fill_mask, measure_guesses, measure_milliseconds
from tests.recipes.scripted_engine import ScriptedEngine, invented_row, packed

TEXT = "The old river crossed the northern plain slowly. Its water was cold and very clear in spring.\n"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return packed(TEXT, tmp_path / "text.xz")


def filled(text: str, *words: str, forward_ms: float = 1.0) -> FillMaskResult:
    fills = tuple(Fill(word, 0.1, n) for n, word in enumerate(words))
    provenance = Provenance("one", "1", "float32", "cpu", 9, Timing(forward_ms=forward_ms))
    return FillMaskResult(text, (MaskFills(0, 3, fills, 1.0),), provenance)


def test_hidden_words_are_whole_and_known(text: Path):
    pairs = hide_words(text)
    assert len(pairs) == 2
    assert all(hidden.count("___") == 1 and word.isalpha() and word == word.lower() for hidden, word in pairs)
    assert pairs == hide_words(text)


def test_a_guess_counts_whatever_its_case_and_the_blank_before_it(text: Path):
    (first, word), (second, other) = hide_words(text)
    guesses = {first: (f" {word.title()}", "no", "no"), second: ("no", "no", other.upper())}
    engine = ScriptedEngine([invented_row("one")], lambda _, request: filled(request.text, *guesses[request.text]))
    assert measure_fill_mask(engine, "one", text) == ({"top-1": 0.5, "top-5": 1.0}, 2)


def test_a_wrong_first_guess_that_stands_elsewhere_in_the_sentence_is_a_copy(text: Path):
    (first, word), (second, other) = hide_words(text)
    copy = next(w for w in re.findall(r"[a-z]+", first.lower()) if w != word)
    guesses = {first: (copy, word), second: (other, "no")}
    engine = ScriptedEngine([invented_row("one")], lambda _, request: filled(request.text, *guesses[request.text]))
    assert measure_guesses(engine, "one", text) == ({"top-1": 0.5, "top-5": 1.0, "copies": 0.5}, 2)


def test_the_median_of_sentences_asked_one_by_one_leaves_the_first_out(text: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hidden_words, "hide_words", lambda _: [(f"{n} ___", "word") for n in range(9)])
    monkeypatch.setattr(hidden_words, "WARM_UP", 3)
    monkeypatch.setattr(hidden_words, "TIMED_SENTENCES", 5)
    times = iter([90, 80, 70, 1, 5, 2, 4, 3])
    engine = ScriptedEngine([invented_row("one")], lambda *_: filled("", "word", forward_ms=next(times)))
    assert measure_milliseconds(engine, "one", text) == ({"ms per sentence": 3}, 5)
    assert engine.calls == [("fill-mask", "one", 1)] * 8


def test_a_discriminator_reads_the_same_sentences_whole(text: Path, monkeypatch: pytest.MonkeyPatch):
    asked = []
    monkeypatch.setattr(hidden_words, "WARM_UP", 1)
    engine = ScriptedEngine(
        [invented_row("one", "replaced-token-detection")], lambda _, request: asked.append(request.text) or filled("")
    )
    assert measure_milliseconds(engine, "one", text)[1] == 1
    assert "".join(sorted(" ".join(asked).lower())) == "".join(sorted(TEXT.strip().lower()))
    assert {task for task, *_ in engine.calls} == {"replaced-token-detection"}
