"""`python -m core inspect ablate`."""

from pathlib import Path

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


def test_a_labelled_file_is_pruned(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("text,gold\na cat sat,neutral\nthe dog ran,entailment\na dog,maybe\n", "utf-8")
    (row,) = command(*CALL, "--input", str(file), "--label-column", "gold").rows
    assert (row["rows"], row["bad"]) == (2, 1)
    assert row["first_bad"].startswith("Row 4: “maybe” is no class")
    changes = [one["change"] for one in row["heads"]]
    assert changes == sorted(changes)
    assert {one["layer"] for one in row["layers"]} == {1, 2}
    steps = row["pruned_heads"]["steps"]
    assert (steps[0]["off"], steps[-1]["share"]) == (0, 1.0)
    assert steps[0]["score"] == row["score"]


def test_parts_of_one_text_are_not_asked_of_a_file(command: Command) -> None:
    outcome = command(*CALL, "--input", "rows.csv", "--heads", "1.1")
    assert outcome.code == 2
    assert "are for one text" in outcome.errors


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
