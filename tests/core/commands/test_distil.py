"""The command distil: its lines, its folder, and what it says of bad input."""

from pathlib import Path

import pytest

from tests.core.commands.calling import Command


def test_it_tells_of_both_students_and_prints_before_and_after(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    words = ("lovely", "dull", "warm", "cold")
    file.write_text(
        "text,label\n"
        + "".join(f"A {words[n % 4]} day number {n},{('positive', 'negative')[n % 2]}\n" for n in range(30))
    )
    out = tmp_path / "out"
    how = ["--layers", "1", "--epochs", "1", "--train", str(file), "--output", str(out)]
    outcome = command("distil", "--teacher", "mini-distilbert-sentiment", *how)
    assert outcome.code == 0, outcome.errors
    first, *middle, last = outcome.rows
    assert (first["teacher_layers"], first["layers"]) == (2, 1)
    assert {line["contender"] for line in middle} == {0, 1}
    assert list(middle[0]["parts"]) == ["soft", "hidden", "own"]
    assert last["before"]["what"] == "teacher"
    assert [one["what"] for one in last["after"]] == ["cut", "student", "labels alone"]
    assert {"best", "score", "seconds"} <= set(last)
    card = (out / "README.md").read_text()
    assert "A student of mini-distilbert-sentiment with 1 layer; the teacher has 2." in card
    assert "The student starts as the teacher’s layer 1 and learns to give what layer 2 gives." in card
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--teacher", "minilm", "--layers", "2"], "“minilm” has no trained head whose answers a student could learn."),
        (["--teacher", "mini-deberta", "--layers", "2"], "has a decoder that no other library knows"),
        (["--teacher", "mini-bert-sentiment", "--layers", "4"], "a student of 4 would not be smaller."),
        (["--teacher", "mini-bert-sentiment", "--layers", "2", "--soft", "-1"], "“soft” is -1; it must be from 0"),
    ],
)
def test_bad_input_is_one_sentence(command: Command, tmp_path: Path, options: list[str], says: str) -> None:
    outcome = command("distil", "--output", str(tmp_path / "out"), *options)
    assert outcome.code == 2
    assert says in outcome.errors
    assert not (tmp_path / "out").exists()
