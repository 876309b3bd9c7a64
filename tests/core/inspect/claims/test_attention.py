"""Agreement of attention with what masking words changes."""

from typing import Any

import pytest
from scipy.stats import spearmanr

from core.inspect.claims.attention import blanked, number_gaps, rank_correlation, summarised
from core.inspect.grammar import sentences
from core.inspect.subject import Change, Subject
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.target import Target
from tests.fake_engine import FakeEngine


def test_rank_correlation_is_spearmans() -> None:
    a, b = [0.3, 0.1, 0.1, 0.9, 0.5], [2.0, 1.0, 4.0, 4.0, 3.0]
    assert rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert rank_correlation(a, [1.0] * 5) == 0


def test_a_gap_stands_where_the_only_auxiliary_stood() -> None:
    every = sentences()
    found, texts = number_gaps(every), {one.text for one in every}
    assert len(found) > 60
    for text, word in found:
        assert text.count("___") == 1
        assert word in ("is", "are", "was", "were", "has", "have")
        assert text.replace("___", word) in texts


def test_the_word_that_carries_the_number_moves_most() -> None:
    """The value is 0.9, and 0.2 where “dogs” is masked."""

    def read(result: Any, change: Change) -> float:
        return 0.2 if "dogs" not in result.text else 0.9

    text = "The dogs ___ old."
    subject = Subject("fill-mask", FillMaskRequest(text), Target("fill-mask"), "are", "p", {"text": (9, 12)}, read)
    words = [text[word.start : word.end] for word in subject.words]
    moved = blanked(FakeEngine(), "minilm-fill-mask", subject, "[MASK]")
    assert dict(zip(words, moved, strict=True)) == pytest.approx({"The": 0, "dogs": 0.7, "old": 0})


def test_differences_are_paired() -> None:
    raw, rollout, difference = summarised([(0.1, 0.3), (0.5, 0.6)])
    assert (raw[0], rollout[0], difference[0]) == pytest.approx((0.3, 0.45, 0.15))
    assert difference[1] == pytest.approx(0.05)
