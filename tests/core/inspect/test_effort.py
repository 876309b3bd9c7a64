"""How long an explanation will take."""

from core.inspect.effort import readings_in, readings_to_change, readings_to_explain, readings_to_trace
from core.tasks.attribution.schema import AttributionRequest
from core.tasks.text_classification.schema import TextClassificationRequest


def test_readings_grow_with_the_words() -> None:
    assert readings_to_explain(("occlusion", "attention"), 20) == 24
    assert readings_to_explain(("kernel-shap",), 5) == 32
    assert readings_to_explain(("kernel-shap",), 100) == 1600
    assert readings_to_trace(("occlusion",), 10) == 11 + 21 * 3
    assert readings_to_change(10) == 11 + 250 + 300 + 55
    assert readings_to_change(31) == 32 + 250 + 300, "a longer text is not reduced"


def test_a_request_is_as_much_work_as_its_steps() -> None:
    assert readings_in(TextClassificationRequest("a word")) == 1
    assert readings_in(AttributionRequest("a word", steps=25)) == 100
