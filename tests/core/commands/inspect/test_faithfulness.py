"""`python -m core inspect faithfulness`."""

from pathlib import Path

import pytest

from tests.core.commands.calling import Command

CALL = ("inspect", "faithfulness", "--task", "text-classification", "--checkpoint", "tiny_sequence_classification")


def test_methods_stand_beside_random_orders(command: Command) -> None:
    asked = ("--text", "a cat sat on the mat", "--method", "occlusion", "--method", "attention", "--erasure", "mask")
    (row,) = command(*CALL, *asked).rows
    assert {one["method"] for one in row["methods"]} == {"occlusion", "attention"}
    assert len(row["random"]) == 20
    for one in row["methods"]:
        assert 0 <= one["beats"] <= 1
        assert len(one["curves"]["sufficiency"]) == len(row["fractions"]) == 5
    gains = [one["comprehensiveness"] - one["sufficiency"] for one in row["methods"]]
    assert gains == sorted(gains, reverse=True)


def test_a_file_has_means_over_its_texts(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    file.write_text("id,text\n1,a cat sat on the mat\n2,a cat\n3,the dog ran to the cat\n", "utf-8")
    (row,) = command(*CALL, "--input", str(file), "--method", "occlusion", "--method", "attention").rows
    assert (row["texts"], row["bad"]) == (2, 1)
    assert row["first_bad"].startswith("Row 3: The text has 2 words")
    assert len(row["random"]) == 20
    means = [one["faithfulness"] for one in row["methods"]]
    assert means == sorted(means, reverse=True)
    assert all(one["error"] >= 0 for one in row["methods"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Exactly one of --text and --input is needed."),
        (("--input", "missing.txt"), "The file missing.txt cannot be read"),
        (("--text", "a cat"), "at least 4 are needed"),
        (("--text", "a cat sat on it", "--method", "tarot"), "There is no method “tarot”."),
        (("--text", "a cat sat on it", "--erasure", "fire"), "taken away by “fire”"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(command: Command, arguments: tuple[str, ...], sentence: str) -> None:
    outcome = command(*CALL, *arguments)
    assert (outcome.code, outcome.lines) == (2, [])
    assert sentence in outcome.errors
