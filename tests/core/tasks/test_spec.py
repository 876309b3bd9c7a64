import pytest

from core.errors import EmptyTextError, InputError
from core.tasks import TASKS, find_task
from core.tasks.spec import check_number, check_text
from core.tasks.text_classification.schema import TextClassificationRequest
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest


def test_a_row_becomes_a_request() -> None:
    spec = find_task("text-classification")
    assert spec.parse({"text": "a", "id": 7}) == TextClassificationRequest("a")
    assert spec.parse({"text": "a", "text_pair": "b"}) == TextClassificationRequest("a", "b")


def test_a_missing_field_is_named_with_all_that_are_needed() -> None:
    with pytest.raises(InputError) as caught:
        find_task("question-answering").parse({"question": "Who?"})
    assert "“context” is missing" in caught.value.message
    assert caught.value.hint == "A row for question-answering needs “question”, “context”."


@pytest.mark.parametrize("value", [3, None, ["a"], {"a": 1}, True])
@pytest.mark.parametrize("task", TASKS)
def test_a_field_that_is_not_a_text_is_named(task: str, value: object) -> None:
    spec = TASKS[task]
    row = {field.name: "a ___" for field in spec.fields} | {spec.fields[0].name: value}
    with pytest.raises(InputError, match=f"“{spec.fields[0].name}”"):
        spec.parse(row)


@pytest.mark.parametrize("labels", ["sport, cooking", ["sport", " cooking "]])
def test_labels_may_be_a_list_or_one_text(labels: object) -> None:
    request = find_task("zero-shot-classification").parse({"text": "a", "candidate_labels": labels})
    assert request == ZeroShotClassificationRequest("a", ("sport", "cooking"))


@pytest.mark.parametrize("labels", [3, ["a", 3], {"a": "b"}, None])
def test_labels_that_are_no_texts_are_refused(labels: object) -> None:
    with pytest.raises(InputError, match="“candidate_labels” is not a list of texts"):
        find_task("zero-shot-classification").parse({"text": "a", "candidate_labels": labels})


@pytest.mark.parametrize("text", ["a", "🍕", "שלום", " . ", "<b>", "a\x00", "___", "x" * 10])
def test_texts_with_something_in_them_pass(text: str) -> None:
    check_text(text, "text", 10)


@pytest.mark.parametrize("text", ["", " \t\n", "\u200b"])
def test_an_empty_text_is_told_in_words_that_fit_a_file_too(text: str) -> None:
    with pytest.raises(EmptyTextError) as caught:
        check_text(text, "text_b", 10)
    assert str(caught.value) == "The second text is empty. It needs at least one visible character."


def test_the_limit_is_inclusive_and_told() -> None:
    with pytest.raises(InputError) as caught:
        check_text("x" * 1_001, "context", 1_000)
    assert caught.value.message == "The passage has 1,001 characters; up to 1,000 are allowed."


@pytest.mark.parametrize("value", [1, 5.5, 10])
def test_numbers_within_bounds_pass(value: float) -> None:
    check_number(value, "top_k", 1, 10)


@pytest.mark.parametrize("value", [0, 11, float("nan"), float("inf")])
def test_numbers_out_of_bounds_are_told_with_the_bounds(value: float) -> None:
    with pytest.raises(InputError, match=r"top_k is .*; it must be between 1 and 10"):
        check_number(value, "top_k", 1, 10)
