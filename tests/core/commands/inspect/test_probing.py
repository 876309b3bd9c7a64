"""`python -m core inspect probe` and `inspect cka`."""

from pathlib import Path

import pytest

from tests.core.commands.calling import Command


def test_probe_of_our_own_sentences(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.commands.inspect.probing.PROBED", 60)
    (row,) = command("inspect", "probe", "--property", "tense", "--checkpoint", "tiny_encoder").rows
    assert [one["layer"] for one in row["layers"]] == [0, 1, 2]
    for layer in row["layers"]:
        assert layer.keys() == {"layer", "accuracy", "error", "control", "selectivity", "untrained", "unseen"}
        assert layer["selectivity"] == pytest.approx(layer["accuracy"] - layer["control"])
    assert row["n_train"] + row["n_test"] + row["n_unseen"] <= 60
    assert 0 < row["majority"] < 1


def test_probe_of_a_labelled_file(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("text,label\n" + "".join(f"cat {'good' if n % 2 else 'bad'} {n},{n % 2}\n" for n in range(60)))
    (row,) = command("inspect", "probe", "--input", file, "--checkpoint", "tiny_encoder").rows
    assert row["classes"] == ["0", "1"]
    assert row["layers"][0]["accuracy"] > 0.9


def test_cka_of_one_and_of_two_checkpoints(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("The cat sat on the mat.\n\nIt was warm and it slept.\n")
    (one,) = command("inspect", "cka", "--checkpoint", "tiny_encoder", "--input", file).rows
    assert (one["checkpoints"], one["words"]) == (["tiny_encoder", "tiny_encoder"], 12)
    assert [one["cka"][n][n] for n in range(3)] == pytest.approx([1, 1, 1])
    arguments = ("--checkpoint", "tiny_encoder", "--with", "tiny_masked_lm", "--input", file)
    (two,) = command("inspect", "cka", *arguments).rows
    assert len(two["cka"]) == len(two["without"]) == 3
    assert two["cka"][0][0] < 0.999


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("probe",), "There is no property."),
        (("probe", "--property", "colour"), "There is no property called “colour”. Available: depth"),
        (("probe", "--property", "pos", "--input", "nowhere.conllu"), "The file nowhere.conllu cannot be read"),
        (("probe", "--property", "pos", "--input", "nowhere.csv"), "A file with labels has its own property."),
        (("probe", "--property", "pos", "--checkpoint", "bert"), "There is no model called “bert”"),
        (("cka", "--checkpoint", "tiny_encoder", "--with", "bert"), "There is no model called “bert”"),
        (("cka", "--input", "nowhere.txt"), "The file nowhere.txt cannot be read"),
    ],
)
def test_what_cannot_run_is_one_sentence_and_exit_code_2(
    command: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    outcome = command("inspect", *arguments)
    assert (outcome.code, outcome.lines) == (2, [])
    assert sentence in outcome.errors
