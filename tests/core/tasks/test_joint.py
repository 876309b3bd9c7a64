"""Joint filling of several gaps against the chain rule and an exhaustive search."""

from itertools import product
from math import log

import pytest

from core.errors import InputError
from core.runtime.cache import CachedEngine, ResultCache
from core.runtime.local import LocalEngine
from core.tasks.candidate_ranking.schema import CandidateRankingRequest, CandidateRankingResult
from core.tasks.fill_mask.joint import MOST_GAPS, fill_jointly
from core.tasks.fill_mask.schema import FillMaskRequest, FillMaskResult

CHECKPOINT = "minilm-fill-mask"
TEXT = "The ___ of the book was born in ___ in 1921."


def probability(engine: LocalEngine, text: str, word: str) -> float:
    """The log-probability of a word of one piece in the one gap of `text`."""
    (result,) = engine.run("candidate-ranking", CHECKPOINT, [CandidateRankingRequest(text, (word,))])
    assert isinstance(result, CandidateRankingResult)
    assert len(result.candidates[0].pieces) == 1
    return result.candidates[0].log_probability


def first_gap(engine: LocalEngine, text: str) -> dict[str, float]:
    """Log-probabilities of the words of the first gap."""
    (result,) = engine.run("fill-mask", CHECKPOINT, [FillMaskRequest(text, 100)])
    assert isinstance(result, FillMaskResult)
    return {fill.text: log(fill.score) for fill in result.masks[0].fills}


def test_the_joint_probability_is_that_of_one_word_after_the_other(float32_engine: LocalEngine) -> None:
    result = fill_jointly(float32_engine, CHECKPOINT, TEXT)
    known = first_gap(float32_engine, TEXT)
    for fill in result.fills:
        first, second = fill.words
        rest = probability(float32_engine, TEXT.replace("___", first, 1), second)
        assert fill.log_probability == pytest.approx(known[first] + rest, abs=2e-3)


def test_a_wide_beam_finds_the_best_of_all_pairs(float32_engine: LocalEngine) -> None:
    best = fill_jointly(float32_engine, CHECKPOINT, TEXT, beams=20).fills[0]
    firsts, seconds = ("author", "book", "title", "writer"), ("london", "paris", "france", "boston")
    known = first_gap(float32_engine, TEXT)
    for first, second in product(firsts, seconds):
        both = known[first] + probability(float32_engine, TEXT.replace("___", first, 1), second)
        assert both <= best.log_probability + 2e-3


def test_best_first_and_spans_point_at_the_gaps(float32_engine: LocalEngine) -> None:
    result = fill_jointly(float32_engine, CHECKPOINT, TEXT, beams=7)
    scores = [fill.log_probability for fill in result.fills]
    assert len(scores) == 7
    assert scores == sorted(scores, reverse=True)
    assert [TEXT[start:end] for start, end in result.spans] == ["___", "___"]


def test_one_gap_gives_what_fill_mask_gives(float32_engine: LocalEngine) -> None:
    text = "The capital of France is ___."
    words = [fill.words[0] for fill in fill_jointly(float32_engine, CHECKPOINT, text, beams=3).fills]
    assert words == [word for word in first_gap(float32_engine, text) if not word.startswith("##")][:3]


def test_the_cost_is_that_of_all_steps(float32_engine: LocalEngine) -> None:
    (once,) = float32_engine.run("fill-mask", CHECKPOINT, [FillMaskRequest(TEXT, 10)])
    engine = CachedEngine(float32_engine, ResultCache(1_000_000), float32_engine.catalog)
    cost = fill_jointly(engine, CHECKPOINT, TEXT).provenance
    assert cost.tokens == once.provenance.tokens * 6  # one text, then five
    assert fill_jointly(engine, CHECKPOINT, TEXT).provenance.cached


def test_bad_texts_get_a_sentence(float32_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match="no gap"):
        fill_jointly(float32_engine, CHECKPOINT, "No gap.")
    with pytest.raises(InputError, match=f"13 gaps; up to {MOST_GAPS}"):
        fill_jointly(float32_engine, CHECKPOINT, "___ " * 13)
