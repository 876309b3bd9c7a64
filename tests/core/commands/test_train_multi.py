"""Several tasks by one file: each is written as a checkpoint of its own over one encoder."""

import csv
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification

from tests.core.commands.calling import Command

TASKS = """\
base = "mini-bert"
method = "lora"
epochs = 1
evaluations = 1
temperature = 2
[tasks.days]
task = "text-classification"
train = "days.csv"
[tasks.words]
task = "fill-mask"
train = "words.txt"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with (tmp_path / "days.csv").open("w", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(["text", "label"])
        writer.writerows([f"a {word} day, number {n}", word] for n in range(10) for word in ("good", "bad"))
    (tmp_path / "words.txt").write_text("".join(f"Knead dough number {n} until it is smooth.\n" for n in range(20)))
    made = tmp_path / "tasks.toml"
    made.write_text(TASKS)
    return made


def test_each_task_is_a_folder_of_its_own_and_what_was_killed_goes_on(
    command: Command, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.commands.train_multi.SharedFolder.remove", lambda folder: None)  # as if it was killed
        outcome = command("train", "--multi", str(file), "--output", str(out))
    assert outcome.code == 0, outcome.errors
    start, *lines, last = outcome.rows
    assert start["before"].keys() == start["shares"].keys() == {"days", "words"}
    assert [line for line in lines if "dev" in line][-1]["dev"].keys() == {"days", "words"}
    assert [line["alone"] for line in lines if "score" in line] == ["days", "words"]
    assert last["scores"].keys() == last["alone"].keys() == {"days", "words"}
    days, told = AutoModelForSequenceClassification.from_pretrained(out / "days", output_loading_info=True)
    words, also = AutoModelForMaskedLM.from_pretrained(out / "words", output_loading_info=True)
    assert not told["missing_keys"]
    assert not also["missing_keys"]
    theirs = words.bert.state_dict()
    for name, weight in days.bert.state_dict().items():
        assert "pooler" in name or torch.equal(weight, theirs[name]), name
    again = command("train", "--multi", str(file), "--output", str(out)).rows
    assert again[0]["resumed"] == start["steps"]
    assert [line["alone"] for line in again[1:-1]] == ["days", "words"], "nothing is trained again"
    assert again[-1] | {"peak_mb": 0} == last | {"peak_mb": 0}
    assert (out / "words" / "adapter" / "adapter_model.safetensors").exists()
    assert not (out / "unfinished").exists()
    assert "The encoder learned from days at the same time." in (out / "words" / "README.md").read_text()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[tasks.words]", "[tasks.days]"), "is not TOML"),
        (("temperature = 2", "temperature = 0"), "The temperature is “0”; it must be from 1 to 100."),
        (("epochs = 1", 'epochs = "many"'), "“epochs” is “many”; it must be a number."),
        (("evaluations", "evaluation"), "There is no “evaluation” in the file."),
        (("words.txt", "none.txt"), "There is no file"),
        (('"lora"', '"head"'), "Several tasks cannot learn with the method “head”."),
        (('"fill-mask"', '"attention"'), "There is no task called “attention”."),
        (("[tasks.words]", '[tasks."../up"]'), "“../up” cannot name a folder."),
        (('base = "mini-bert"', 'base = "minilm"'), "no trained head for hidden words"),
        ((TASKS[TASKS.index("[tasks.words]") :], ""), "needs at least two tasks"),
    ],
)
def test_bad_input_is_one_sentence(
    command: Command, file: Path, tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    file.write_text(TASKS.replace(*change))
    outcome = command("train", "--multi", str(file), "--output", str(tmp_path / "out"))
    assert outcome.code == 2
    assert says in outcome.errors
    assert not (tmp_path / "out").exists()


def test_rows_come_from_one_place(command: Command, file: Path, tmp_path: Path) -> None:
    outcome = command("train", "--output", str(tmp_path / "out"))
    assert (outcome.code, "Give --train, or --multi" in outcome.errors) == (2, True)
