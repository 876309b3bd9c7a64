"""`python -m core inspect attribute`."""

import json
from pathlib import Path

import pytest

from core.inspect.methods import METHODS
from tests.core.commands.calling import Command

CLASS = ("inspect", "attribute", "--task", "text-classification", "--checkpoint", "tiny_sequence_classification")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_prints_the_same_kind_of_object(command: Command, method: str) -> None:
    (row,) = command(*CLASS, "--text", "a cat sat", "--method", method).rows
    assert {"target", "value", "baseline_value", "words", "completeness_error"} <= row.keys()
    assert [word["text"] for word in row["words"]] == ["a", "cat", "sat"]
    assert row["words"][1].keys() == {"start", "end", "text", "score"}
    if method == "integrated-gradients":
        total = sum(word["score"] for word in row["words"])
        wanted = row["value"] - row["baseline_value"]
        assert abs(total - wanted) / abs(wanted) == pytest.approx(row["completeness_error"], abs=1e-3)


def test_what_did_not_fit_is_told_once(command: Command) -> None:
    (row,) = command(*CLASS, "--text", "a cat sat " + "! " * 600, "--method", "occlusion").rows
    assert [one["tokens"] for one in row["unread"]] == [93]


def test_of_two_texts_each_word_says_which(command: Command, tmp_path: Path) -> None:
    target, text = tmp_path / "out.json", "The cat sat on the mat."
    call = ("inspect", "attribute", "--task", "question-answering", "--checkpoint", "tiny_question_answering")
    command(*call, "--text", text, "--question", "Who sat?", "--target", "the cat", "--output", target)
    row = json.loads(target.read_text(encoding="utf-8"))
    assert row["target"] == "The cat"
    assert {word["field"] for word in row["words"]} == {"question", "context"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((*CLASS, "--text", "a cat", "--method", "tarot"), "There is no method “tarot”."),
        ((*CLASS, "--text", "a cat", "--target", "lovely"), "There is no class “lovely”."),
        ((*CLASS, "--text", ""), "The text is empty."),
        (("inspect", "attribute", "--task", "weather", "--text", "a"), "“weather” cannot be explained."),
        ((*CLASS[:4], "--checkpoint", "tiny_encoder", "--text", "a"), "tiny_encoder"),
        (("inspect", "ablate", "--task", "sentence-similarity", *CLASS[4:5], "tiny_encoder", "--text", "a"), "empty"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(command: Command, arguments: tuple[str, ...], sentence: str) -> None:
    outcome = command(*arguments)
    assert (outcome.code, outcome.lines) == (2, [])
    assert sentence in outcome.errors
