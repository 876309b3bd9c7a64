"""How long an explanation will take."""

from typing import Any

import pytest

from core.inspect.effort import readings_to_change, readings_to_explain, readings_to_trace, seconds_for
from core.inspect.subject import class_subject
from core.tasks.text_classification.schema import TextClassificationRequest
from tests.core.inspect.planted import Planted


def test_readings_grow_with_the_words() -> None:
    assert readings_to_explain(("occlusion", "attention"), 20) == 24
    assert readings_to_explain(("kernel-shap",), 5) == 32
    assert readings_to_explain(("kernel-shap",), 100) == 1600
    assert readings_to_trace(("occlusion",), 10) == 11 + 21 * 3
    assert readings_to_change(10) == 11 + 250 + 300 + 55
    assert readings_to_change(31) == 32 + 250 + 300, "a longer text is not reduced"


def test_the_speed_is_that_of_some_readings() -> None:
    engine: Any = Planted(forward_ms=10.0)
    subject = class_subject(TextClassificationRequest("a planted word among many"), "yes")
    assert seconds_for(engine, "one", subject, 400) == pytest.approx(4.0)
    assert seconds_for(engine, "one", class_subject(TextClassificationRequest("planted"), "yes"), 400) == 0
