"""The command train: its lines, its folder, and what it says of bad input."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from transformers import pipeline

from core.training.finetune import DivergedError, FineTuning
from core.training.fit import Step
from tests.core.commands.calling import Command

WORDS = ("good", "bad")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    file = tmp_path / "days.csv"
    with file.open("w", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(["text", "label"])
        writer.writerows([f"a {word} day, number {n}", f"{word} 🙂"] for n in range(15) for word in WORDS)
    return file


def test_it_trains_tells_and_leaves_a_folder_for_transformers(command: Command, rows: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    how = ["--base", "mini-bert", "--method", "head", "--epochs", "2"]
    outcome = command("train", "--train", str(rows), "--output", str(folder), *how)
    assert outcome.code == 0, outcome.errors
    first, *middle, last = outcome.rows
    assert first["classes"] == ["bad 🙂", "good 🙂"]
    assert [line["step"] for line in middle if "dev" in line]
    assert last.keys() >= {"best", "score", "seconds"}
    assert "24 rows to learn from, 6 held out" in outcome.errors
    (said,) = pipeline("text-classification", model=str(folder))("a good day")
    assert said["label"] in first["classes"]
    assert "base_model: mini-bert" in (folder / "README.md").read_text()
    assert not (folder / "unfinished").exists()


def test_several_seeds_are_told_apart_and_one_that_was_over_is_not_trained_again(
    command: Command, rows: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    how = ["--base", "mini-bert", "--method", "head", "--epochs", "1", "--seeds", "2"]
    call = ["train", "--train", str(rows), "--output", str(folder), *how]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.commands.train.RunFolder.remove", lambda folder: None)  # as if it was killed at the end
        outcome = command(*call)
    assert outcome.code == 0, outcome.errors
    *lines, last = outcome.rows
    assert [line["seed"] for line in lines if "score" in line] == [13, 14]
    scores = [line["score"] for line in lines if "score" in line]
    assert list(last["scores"].values()) == scores
    assert last["mean"] == pytest.approx(sum(scores) / 2, abs=1e-4)
    assert last["spread"] == pytest.approx(abs(scores[0] - scores[1]) / 2**0.5, abs=1e-4)
    assert (last["seed"], last["score"]) == (13 + scores.index(max(scores)), max(scores))
    again = command(*call)
    assert [line for line in again.rows[:-1] if "step" in line] == [], "both are over"
    assert again.rows[-1] == last
    assert (folder / "model.safetensors").exists()
    assert not (folder / "unfinished").exists()


def test_a_seed_that_diverges_does_not_end_the_others(command: Command, rows: Path, tmp_path: Path) -> None:
    class Odd(FineTuning):
        def run(self) -> Iterator[Step]:
            if self.plan.seed == 13:
                raise DivergedError("The loss is no number any more.", "")
            yield from super().run()

    how = ["--base", "mini-bert", "--method", "head", "--epochs", "1", "--seeds", "2"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.commands.train.FineTuning", Odd)
        outcome = command("train", "--train", str(rows), "--output", str(tmp_path / "out"), *how)
    assert outcome.code == 0, outcome.errors
    assert {"seed": 13, "warning": "The loss is no number any more."} in outcome.rows
    last = outcome.rows[-1]
    assert (last["seed"], last["spread"], list(last["scores"])) == (14, 0, ["14"])


def test_answers_and_hidden_words_from_files_like_those_of_run(command: Command, tmp_path: Path) -> None:
    passage = "The ferry leaves at seven."
    answers = [{"question": f"When does ferry {n} leave?", "context": passage, "answers": ["seven"]} for n in range(9)]
    odd = {"question": "Who?", "context": passage, "answers": ["Ada"]}
    file = tmp_path / "answers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in [*answers, odd]))
    how = ["--base", "mini-bert", "--method", "head", "--epochs", "1"]
    outcome = command(
        "train", "--task", "question-answering", "--train", str(file), "--output", str(tmp_path / "answers"), *how
    )
    assert outcome.code == 0, outcome.errors
    assert "Row 10 left out: the answer is not in the passage." in outcome.errors
    assert outcome.rows[-1].keys() >= {"best", "score", "seconds", "others"}
    assert "AutoModelForQuestionAnswering" in (tmp_path / "answers" / "README.md").read_text()
    refused = command("train", "--task", "fill-mask", "--train", str(file), "--output", str(tmp_path / "x"), *how)
    assert refused.code == 2
    assert "The head for hidden words is trained already" in refused.errors


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--method", "some"], "There is no method called “some”."),
        (["--base", "none"], "There is no model called “none”."),
        (["--unfreeze", "now"], "There is no way to unfreeze called “now”."),
        (["--dev", "none.csv"], "There is no file none.csv."),
        (["--epochs", "0"], "“epochs” is 0; it must be from 1 to 50."),
    ],
)
def test_bad_input_is_one_sentence(command: Command, rows: Path, tmp_path: Path, options: list[str], says: str) -> None:
    outcome = command("train", "--train", str(rows), "--output", str(tmp_path / "out"), *options)
    assert outcome.code == 2
    assert says in outcome.errors
    assert not (tmp_path / "out").exists()


def test_one_class_is_refused(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("text,label\na,x\nb,x\nc,x\n")
    outcome = command("train", "--train", str(file), "--output", str(tmp_path / "out"))
    assert (outcome.code, outcome.lines) == (2, [])
    assert "Every label is “x”: there is nothing to tell apart." in outcome.errors


def test_a_file_without_a_whole_row_is_refused(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "none.csv"
    file.write_text("text,label\na,\n,b\n")
    outcome = command("train", "--train", str(file), "--output", str(tmp_path / "out"))
    assert (outcome.code, outcome.lines) == (2, [])
    assert "There is no row with text and label" in outcome.errors
