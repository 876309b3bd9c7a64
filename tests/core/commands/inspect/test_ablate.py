"""`python -m core inspect ablate`."""

import pytest

from tests.core.commands.calling import Command

CALL = ("inspect", "ablate", "--task", "text-classification", "--checkpoint", "tiny_sequence_classification")
CLASS = (*CALL, "--text", "a cat sat")


def test_before_after_and_every_head(command: Command) -> None:
    (row,) = command(*CLASS, "--heads", "1.2,2.1", "--layers", "2", "--each", "heads").rows
    assert row["before"] != row["after"]
    falls = [one["fall"] for one in row["importance"]]
    assert falls == sorted(falls, reverse=True)
    assert {(one["layer"], one["head"]) for one in row["importance"]} >= {(1, 1), (2, 2)}
    (alone,) = command(*CLASS, "--heads", "1.2").rows
    single = next(one for one in row["importance"] if (one["layer"], one["head"]) == (1, 2))
    assert alone["before"] - alone["after"] == pytest.approx(single["fall"], abs=1e-5)
    assert alone["importance"] == []


def test_every_layer_alone(command: Command) -> None:
    (row,) = command(*CLASS, "--each", "layers").rows
    assert sorted(one["layer"] for one in row["importance"]) == [1, 2]
    assert "head" not in row["importance"][0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--heads", "3"), "“3” names no heads."),
        (("--layers", "x"), "“x” names no layers."),
        (("--heads", "9.1"), "There is no layer 9."),
        (("--each", "toes"), "There are no parts called “toes”."),
        (("--target", "lovely"), "There is no class “lovely”."),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(command: Command, arguments: tuple[str, ...], sentence: str) -> None:
    outcome = command(*CLASS, *arguments)
    assert (outcome.code, outcome.lines) == (2, [])
    assert sentence in outcome.errors
