"""The command pretrain: its lines, its folders, and what it says of bad input."""

from pathlib import Path

import pytest

from core.inspect.grammar import sentences
from tests.core.commands.calling import Command

SMALL = ["--layers", "1", "--width", "64", "--heads", "2", "--pieces", "300", "--tokens", "9000"]


def test_two_objectives_take_turns_and_leave_a_folder_each(command: Command, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("\n".join(one.text for one in sentences(200)))
    options = ["--against", "replaced-tokens", "--sentence", "The cat ___ the fish."]
    outcome = command("pretrain", "--output", str(tmp_path / "out"), "--text", str(text), *SMALL, *options)
    assert outcome.code == 0, outcome.errors
    first, *middle, one, two = outcome.rows
    assert first["pieces"] == 300
    assert {line["contender"] for line in middle} == {0, 1}
    assert all(len(line["fills"]) == 3 for line in middle if "score" in line)
    assert (one["why"], two["why"]) == ("It has read its tokens.",) * 2
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["1-masked-tokens", "2-replaced-tokens"]
    assert "masked tokens, 15%" in (tmp_path / "out" / "1-masked-tokens" / "README.md").read_text()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--objective", "gpt"], "There is no objective called “gpt”."),
        (["--text", "none.txt"], "There is no file none.txt."),
        (["--heads", "3"], "A width of 128 cannot be shared by 3 heads."),
    ],
)
def test_bad_input_is_one_sentence(command: Command, tmp_path: Path, options: list[str], says: str) -> None:
    outcome = command("pretrain", "--output", str(tmp_path / "out"), *options)
    assert outcome.code == 2
    assert says in outcome.errors
    assert not (tmp_path / "out").exists()
