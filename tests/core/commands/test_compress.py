"""The command compress: before and after as JSON, and what is refused."""

import json
from pathlib import Path

import pytest

from tests.core.commands.calling import Command


def test_it_prints_before_and_after(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("text,label\n" + "".join(f"A {('dull', 'lovely')[n % 2]} day {n},{n % 2}\n" for n in range(20)))
    named = file.read_text().replace(",0\n", ",Negative\n").replace(",1\n", ",positive\n")
    file.write_text(named)
    how = ["--method", "layers", "--level", "1", "--rounds", "1", "--input", str(file)]
    outcome = command("compress", "--checkpoint", "mini-distilbert-sentiment", *how)
    assert outcome.code == 0, outcome.errors
    found = json.loads("\n".join(outcome.lines))
    assert found["before"]["label"] == "As it is, fp32"
    assert [one["label"] for one in found["after"]] == ["1 layer fewer"]
    assert (found["fitted"], found["held_out"]) == (10, 10)
    assert "Timing all versions in turn" in outcome.errors


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--checkpoint", "mini-bert"], "“mini-bert” has no trained head that labels texts or finds names"),
        (["--checkpoint", "mini-bert-ner", "--method", "zip"], "There is no method called “zip”."),
        (["--checkpoint", "mini-bert-ner", "--input", "none.conll"], "There is no file none.conll."),
    ],
)
def test_bad_input_is_one_sentence(command: Command, options: list[str], says: str) -> None:
    outcome = command("compress", *options)
    assert outcome.code == 2
    assert says in outcome.errors
