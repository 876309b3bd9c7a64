"""Faithfulness on a model whose true reasons are known: a planted word."""

from typing import Any

import numpy as np
import pytest

from core.errors import InputError
from core.inspect import faithfulness as analysis
from core.inspect.choosing import choose
from core.inspect.faithfulness import FRACTIONS, faithfulness
from core.inspect.subject import class_subject
from core.runtime.local import LocalEngine
from core.tasks.text_classification.schema import TextClassificationRequest
from tests.core.inspect.planted import Planted, fixed

TEXT = "one two three four five planted seven eight nine ten"


@pytest.fixture(autouse=True)
def methods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(analysis.METHODS, "right", fixed({"planted": 1.0}))
    monkeypatch.setitem(analysis.METHODS, "wrong", fixed({"planted": -1.0}))


@pytest.mark.parametrize("erasure", ["delete", "mask"])
def test_who_names_the_planted_word_is_most_faithful(erasure: Any) -> None:
    engine: Any = Planted()
    subject = class_subject(TextClassificationRequest(TEXT), "yes")
    found = faithfulness(engine, "one", subject, ("wrong", "right"), erasure)
    right, wrong = found.curves
    assert (right.name, wrong.name) == ("right", "wrong")
    assert right.comprehensiveness == pytest.approx((0.8,) * len(FRACTIONS))
    assert right.sufficiency == pytest.approx((0.0,) * len(FRACTIONS))
    assert wrong.comprehensiveness == pytest.approx((0.0,) * len(FRACTIONS))
    assert wrong.sufficiency == pytest.approx((0.8,) * len(FRACTIONS))
    assert found.beaten(right) == pytest.approx(1, abs=0.1)
    assert found.beaten(wrong) == 0
    means = np.mean([one.comprehensiveness for one in found.random], 0)
    assert (np.diff(means) >= 0).all(), "the more words go, the more often it is among them"
    assert means[-1] == pytest.approx(0.4, abs=0.2), "half of the words hold it half of the time"


def test_a_short_text_is_refused() -> None:
    engine: Any = Planted()
    with pytest.raises(InputError, match="has 3 words"):
        faithfulness(engine, "one", class_subject(TextClassificationRequest("a b planted"), "yes"), ("right",))


def test_leaving_out_is_faithful_to_a_real_model(float32_engine: LocalEngine) -> None:
    text = "The wonderful cast plays well together in this long and quiet film about the sea."
    subject = choose(float32_engine, "minilm-sentiment", "text-classification", text)
    found = faithfulness(float32_engine, "minilm-sentiment", subject, ("occlusion", "attention"))
    curves = {one.name: one for one in found.curves}
    assert found.beaten(curves["occlusion"]) > 0.8
    assert curves["occlusion"].comprehensive > np.mean([one.comprehensive for one in found.random])
