"""The table of dev scores: its lines, and what becomes of what was measured."""

from pathlib import Path

import pytest

from core.errors import UnknownNameError
from recipes import evaluate as table
from recipes.evaluate import MEASUREMENTS, Measurement, Score, evaluate
from recipes.heads import HEADS
from tests.recipes.scripted_engine import ScriptedEngine, invented_row


def measures_of(checkpoint: str) -> list[str]:
    return [measurement.measure.__name__ for measurement in MEASUREMENTS if measurement.checkpoint == checkpoint]


@pytest.mark.parametrize("variant", ["mini-bert", "mini-roberta", "mini-deberta", "mini-distilbert"])
def test_a_variant_is_measured_on_words_pairs_order_and_time(variant: str):
    measures = ["measure_fill_mask", "measure_minimal_pairs", "measure_word_order", "measure_milliseconds"]
    assert [one for one in measures_of(variant) if one != "measure_next_sentence"] == measures
    assert ("measure_next_sentence" in measures_of(variant)) == (variant == "mini-bert")
    assert measures_of("mini-electra-generator") == measures


def test_a_discriminator_guesses_no_words():
    measures = ["stage_swaps", "measure_minimal_pairs", "measure_word_order", "measure_milliseconds"]
    assert measures_of("mini-electra") == measures


def test_every_head_is_measured_as_the_one_on_minilm():
    of_minilm = {(e.checkpoint.removeprefix("minilm"), e.file, e.measure) for e in MEASUREMENTS}
    for recipe in HEADS:
        own = {(e.file, e.measure) for e in MEASUREMENTS if e.checkpoint == recipe.name}
        assert own and {(recipe.name.removeprefix(recipe.base), *one) for one in own} <= of_minilm


def test_lines_with_their_floors_come_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    asked = []

    def measure(engine, checkpoint, file):
        asked.append((checkpoint, file))
        return {"right": 0.5, "nearly right": 0.75}, 8

    lines = [Measurement("one", "a.xz", measure, {"right": 0.4}), Measurement("two", "b.xz", measure)]
    monkeypatch.setattr(table, "MEASUREMENTS", lines)
    engine = ScriptedEngine([invented_row("one"), invented_row("two")], print)
    scores = list(evaluate(engine, tmp_path))
    assert [(s.checkpoint, s.measure, s.value, s.floor, s.rows) for s in scores] == [
        ("one", "right", 0.5, 0.4, 8),
        ("one", "nearly right", 0.75, None, 8),
        ("two", "right", 0.5, None, 8),
        ("two", "nearly right", 0.75, None, 8),
    ]
    assert asked == [("one", tmp_path / "a.xz"), ("two", tmp_path / "b.xz")]
    assert {s.checkpoint for s in evaluate(engine, tmp_path, only="tw")} == {"two"}


def test_a_checkpoint_that_the_catalogue_lacks_is_named_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    lines = [Measurement("one", "a.xz", lambda *_: pytest.fail("measured")), Measurement("two", "b.xz", print)]
    monkeypatch.setattr(table, "MEASUREMENTS", lines)
    with pytest.raises(UnknownNameError, match="two"):
        list(evaluate(ScriptedEngine([invented_row("one")], print), tmp_path))


def test_the_table_prints_floors_only_where_there_are_any(capsys: pytest.CaptureFixture[str]):
    table.show([Score("one", "a.xz", "right", 0.5, 0.4, 8, 1.0), Score("two", "b.xz", "ms", 2.5, None, 1200, 1.0)])
    lines = capsys.readouterr().out.splitlines()
    first, second = (next(line for line in lines if name in line) for name in ("one", "two"))
    assert "0.40" in first and "0.5000" in first
    assert "2.5000" in second and "1,200" in second and "0.40" not in second
