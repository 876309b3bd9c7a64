"""Cards: the scores of the front matter are those of the table, whoever reads them, and the code in them runs."""

import json
import shutil
from itertools import groupby
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from core.checkpoints.cards import DevScore, card_file, read_scores
from core.checkpoints.catalog import Checkpoint, load_catalog
from recipes.__main__ import RECIPES
from recipes.card import front_matter, read_table, refresh, write_card, write_scores
from recipes.dev_sets import DEV_SETS, DRAWN, MEASURES, dev_set
from recipes.evaluate import MEASUREMENTS, VARIANTS, Score
from recipes.heads import HEADS
from recipes.licences import LICENCES
from recipes.pretraining.text import FILES
from tests.recipes.scripted_engine import invented_row

ROWS = pytest.mark.parametrize("row", load_catalog(), ids=lambda row: row.id)
TAKEN = {  # by measuring function: what it measures
    "measure_fill_mask": ("top-1", "top-5"),
    "measure_milliseconds": ("ms per sentence",),
    "measure_minimal_pairs": ("minimal pairs",),
    "measure_word_order": ("word order",),
    "measure_next_sentence": ("next sentence",),
    "stage_swaps": ("stage: swaps",),
}


def plain(scores: list[Score]) -> list[DevScore]:
    """The scores of a table as a reader of the front matter gets them, but for the task."""
    return [
        DevScore("", dev_set(s.file, s.measure).name, MEASURES[s.measure][0], round(s.value, 4), s.rows) for s in scores
    ]


def read_plain(file: Path) -> list[DevScore]:
    return [DevScore("", s.dataset, s.measure, s.value, s.rows) for s in read_scores(file)]


def invented_scores(variant: str) -> list[Score]:
    """All that is measured of a variant, each function's rows another number."""
    measured = [e for e in MEASUREMENTS if e.checkpoint == variant]
    return [
        Score(variant, e.file, measure, 0.5 + n / 9 if measure != "ms per sentence" else 3.25, None, 200 + n, 1.0)
        for n, e in enumerate(measured)
        for measure in TAKEN[e.measure.__name__]
    ]


@ROWS
def test_the_front_matter_says_what_the_table_says(row: Checkpoint):
    table = read_table(row.id, card_file(row).read_text(encoding="utf-8"))
    assert table
    assert plain(table) == read_plain(card_file(row))


@ROWS
def test_writing_the_front_matter_again_changes_nothing(row: Checkpoint, tmp_path: Path):
    copy = Path(shutil.copy(card_file(row), tmp_path))
    refresh(copy, row)
    assert copy.read_text(encoding="utf-8") == card_file(row).read_text(encoding="utf-8")


def test_every_dev_file_has_a_plain_name():
    assert {measurement.file for measurement in MEASUREMENTS} <= DEV_SETS.keys() | {file for file, _ in DRAWN}


def test_every_training_file_has_a_licence():
    assert {file for recipe in RECIPES.values() for file in recipe.files} | set(FILES) <= LICENCES.keys()


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_scores_of_a_variant_keep_their_order_and_their_rows(variant: str, tmp_path: Path):
    row = invented_row(variant, "masked-lm" if variant != "mini-electra" else "replaced-token-detection")
    scores = invented_scores(variant)
    file = tmp_path / "README.md"
    file.write_text(f"---\n{front_matter(row, scores)}\n---\n", encoding="utf-8")
    assert read_plain(file) == plain(scores)
    names = [name for name, _ in groupby(one.dataset for one in read_scores(file))]
    assert len(names) == len(set(names))


def test_scores_of_a_package_get_a_card(tmp_path: Path):
    row = load_catalog()["minilm"]
    score = Score("minilm", "sts/stsb_dev.jsonl.xz", "Spearman", 0.12345, None, 7, 1.0)
    write_scores(tmp_path / "minilm" / "README.md", row, [score])
    (found,) = read_scores(tmp_path / "minilm" / "README.md")
    assert (found.value, found.rows, found.measure) == (0.1235, 7, "Spearman correlation")


@pytest.mark.parametrize("id", RECIPES)
def test_the_card_of_an_adapter_is_written_as_it_stands(id: str, tmp_path: Path):
    row, recipe = load_catalog()[id], RECIPES[id]
    shutil.copy(card_file(row).with_name("curve.json"), tmp_path)
    text = card_file(row).read_text(encoding="utf-8")
    write_card(tmp_path, recipe, row, load_catalog()[row.base], read_table(id, text))
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("recipe", HEADS, ids=lambda recipe: recipe.name)
def test_the_card_of_a_head_on_a_variant_names_its_own_base(recipe, tmp_path: Path):
    base = invented_row(recipe.base)
    row = invented_row(recipe.name, "sequence-classification", base=recipe.base)
    (tmp_path / "curve.json").write_text(json.dumps([{"step": 500, "tokens": 9, "seconds": 1.0, "loss": 0.5}]))
    write_card(
        tmp_path, recipe, row, base, [Score(recipe.name, "nli/snli_mnli_dev.jsonl.xz", "accuracy", 0.5, None, 7, 1)]
    )
    card = ModelCard.load(tmp_path / "README.md")
    assert (card.data.base_model, card.data.library_name) == (recipe.base, "peft")
    assert "MiniLM" not in card.text
    assert ("500 steps (the first 600 on simpler examples), 9 tokens" in card.text) == bool(recipe.lessons)
    assert f"LoRA adapter of rank {recipe.rank} on {recipe.base}\n(CC-BY-SA-3.0)" in card.text
    assert f'from_pretrained("{recipe.base}", config=config)  # the folder beside' in card.text
