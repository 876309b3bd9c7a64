"""The stage list and what counts as fit for a stage."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from core.tasks.token_classification.schema import Entity, TokenClassificationResult
from recipes.dev_sets import MEASURES, STAGE, dev_set
from recipes.evaluate import MEASUREMENTS
from recipes.stage import FILE, fits, read_stage, stage_fill_mask, stage_own_labels, stage_questions, stage_swaps
from tests.recipes.scripted_engine import ScriptedEngine, invented_row

SECTIONS = ("fill-mask", "own-words", "swaps", "names", "questions", "sentiment", "inference", "own-labels")
LEAST = 40


def fixed(result: object) -> ScriptedEngine:
    """An engine that says the same to everything."""
    return ScriptedEngine([invented_row("one")], lambda *_: result)


def listed(folder: Path, text: str) -> Path:
    """A stage list of these lines."""
    file = folder / "stage.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_long_enough_and_asks_nothing_twice(section: str):
    rows = read_stage(FILE, section)
    assert len(rows) >= LEAST
    asked = [(row.get("context"), row.get("question"), row.get("text"), row.get("second")) for row in rows]
    assert len(set(asked)) == len(asked)


def test_what_is_accepted_can_be_given():
    for row in read_stage(FILE, "fill-mask"):
        assert row["text"].count("___") == 1 and all(word == word.lower() for word in row["accept"])
    for row in read_stage(FILE, "swaps"):
        assert row["text"].split().count(row["swapped"]) + row["text"].count(f"{row['swapped']}.") == 1
    for row in read_stage(FILE, "questions"):
        assert all(answer.lower() in row["context"].lower() for answer in row["accept"])
    for row in read_stage(FILE, "names"):
        assert all(name in row["text"] for name, _ in row["found"])


def test_every_measure_of_the_stage_is_named_for_the_cards():
    assert {e.checkpoint for e in MEASUREMENTS if e.file == STAGE} >= {"minilm-fill-mask", "minilm-qa", "mini-electra"}
    for measure in (name for name in MEASURES if name.startswith("stage: ")):
        assert dev_set(STAGE, measure).name


def test_a_gap_is_filled_by_one_of_three_and_a_copy_counts_only_where_it_is_wrong(tmp_path: Path):
    file = listed(
        tmp_path,
        """fill-mask = [
            { text = "The cat saw the ___.", accept = ["dog"] },
            { text = "A dog is a ___.", accept = ["dog"] },
            { text = "It is ___.", accept = ["late"] },
        ]""",
    )
    fills = [SimpleNamespace(text=word) for word in ("dog", "cat", "bird", "late")]
    result = SimpleNamespace(masks=[SimpleNamespace(fills=fills)])
    measures, rows = stage_fill_mask(fixed(result), "one", file)
    assert measures == {"stage: gaps": pytest.approx(2 / 3), "stage: copies": 0}
    assert rows == 3
    fills[0].text = "cat"
    assert stage_fill_mask(fixed(result), "one", file)[0]["stage: copies"] == pytest.approx(1 / 3)


def test_an_answer_counts_without_articles_and_no_answer_only_where_there_is_none(tmp_path: Path):
    file = listed(
        tmp_path,
        """questions = [
            { context = "It is the dog.", question = "Who?", accept = ["dog"] },
            { context = "It is the dog.", question = "When?", accept = [] },
        ]""",
    )
    said = SimpleNamespace(best=SimpleNamespace(text="The dog"))
    assert stage_questions(fixed(said), "one", file) == ({"stage: questions": 0.5}, 2)
    assert stage_questions(fixed(SimpleNamespace(best=None)), "one", file) == ({"stage: questions": 0.5}, 2)


def test_names_are_exactly_those_of_the_list_but_for_doubtful_ones():
    result = TokenClassificationResult("", (Entity("PER", 0, 3, "Ann", 1), Entity("LOC", 4, 8, "Oslo", 1)), (), None)
    assert fits(result, {"found": [["Ann", "PER"]], "may": [["Oslo", "LOC"]]})
    assert not fits(result, {"found": [["Ann", "PER"]]})
    assert not fits(result, {"found": [["Ann", "PER"], ["Oslo", "LOC"], ["Eve", "PER"]]})


def test_swaps_and_labels(tmp_path: Path):
    file = listed(
        tmp_path,
        """swaps = [{ text = "A sung day.", swapped = "sung" }, { text = "A red day.", swapped = "red" }]
        own-labels = [{ text = "Goal!", labels = ["sport", "law"] }, { text = "Court.", labels = ["law", "sport"] }]""",
    )
    suspect = SimpleNamespace(most_suspicious=SimpleNamespace(text="sung"))
    assert stage_swaps(fixed(suspect), "one", file) == ({"stage: swaps": 0.5}, 2)
    labels = SimpleNamespace(labels=[SimpleNamespace(label="sport")])
    assert stage_own_labels(fixed(labels), "one", file) == ({"stage: own labels": 0.5}, 2)
