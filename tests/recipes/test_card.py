"""Cards: the scores of the front matter are those of the table, whoever reads them."""

import shutil
from pathlib import Path

import pytest

from core.cards import card_file, read_scores
from core.catalog import Checkpoint, load_catalog
from recipes.card import DEV_SETS, MEASURES, read_table, refresh, write_scores
from recipes.evaluate import EVALUATIONS, Score

ROWS = pytest.mark.parametrize("row", load_catalog(), ids=lambda row: row.id)


@ROWS
def test_the_front_matter_says_what_the_table_says(row: Checkpoint):
    table = read_table(row.id, card_file(row).read_text(encoding="utf-8"))
    assert table
    assert [(DEV_SETS[s.file].name, MEASURES[s.measure][0], s.value, s.rows) for s in table] == [
        (s.dataset, s.measure, s.value, s.rows) for s in read_scores(card_file(row))
    ]


@ROWS
def test_writing_the_front_matter_again_changes_nothing(row: Checkpoint, tmp_path: Path):
    copy = Path(shutil.copy(card_file(row), tmp_path))
    refresh(copy, row)
    assert copy.read_text(encoding="utf-8") == card_file(row).read_text(encoding="utf-8")


def test_every_dev_file_has_a_plain_name():
    assert {evaluation.file for evaluation in EVALUATIONS} <= DEV_SETS.keys()


def test_scores_of_a_package_get_a_card(tmp_path: Path):
    row = load_catalog()["minilm"]
    score = Score("minilm", "sts/stsb_dev.jsonl.xz", "Spearman", 0.12345, None, 7, 1.0)
    write_scores(tmp_path / "minilm" / "README.md", row, [score])
    (found,) = read_scores(tmp_path / "minilm" / "README.md")
    assert (found.value, found.rows, found.measure) == (0.1235, 7, "Spearman of the cosine")
