"""`python -m core inspect neurons`."""

from pathlib import Path

import pytest

from tests.core.commands.calling import Command


def test_neurons_of_a_file(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("The cat sat on the mat.\n\nIt was warm.\n")
    arguments = ("--checkpoint", "tiny_encoder", "--layer", "2", "--input", file)
    (row,) = command("inspect", "neurons", *arguments, "--top-k", "3").rows
    assert (row["layer"], row["width"], row["texts"], row["tokens"]) == (2, 64, 2, 11)
    largest = [one["largest"] for one in row["neurons"]]
    assert largest == sorted(largest, reverse=True)
    assert len(largest) == 3
    (one,) = command("inspect", "neurons", *arguments, "--neuron", str(row["neurons"][1]["neuron"])).rows
    assert one["neurons"] == row["neurons"][1:2]
    assert "There is no neuron 64." in command("inspect", "neurons", *arguments, "--neuron", "64").errors


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--layer", "3", "--checkpoint", "tiny_encoder"), "There is no layer 3. This model has 2, counted from 1."),
        (("--layer", "1", "--input", "nowhere.txt"), "The file nowhere.txt cannot be read"),
    ],
)
def test_what_cannot_run_is_one_sentence_and_exit_code_2(
    command: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    outcome = command("inspect", "neurons", *arguments)
    assert (outcome.code, outcome.lines) == (2, [])
    assert sentence in outcome.errors
