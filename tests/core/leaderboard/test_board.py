"""Variants side by side, from invented rows, cards, curves and weights."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from core.checkpoints.catalog import Catalog
from core.leaderboard.board import Board, Cell, Entry, curve_rows, head_curves, read_board, table, variants
from core.leaderboard.columns import COLUMNS, QUALITY
from core.runtime.local import LocalEngine
from tests.variants import SHARES, rows, write


@pytest.fixture
def board_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalEngine:
    """An engine whose catalogue is the invented one."""
    write(tmp_path)
    monkeypatch.setattr("core.checkpoints.cards.MODELS", tmp_path)
    monkeypatch.setattr("core.checkpoints.weights.MODELS", tmp_path)
    return LocalEngine(catalog=Catalog(rows()))


@pytest.fixture
def board(board_engine: LocalEngine) -> Board:
    return read_board(board_engine, board_engine.library)


def cell(board: Board, family: str, column: str) -> Cell:
    entry = board.family(family)
    assert entry
    return entry.cells[column]


def test_variants_started_from_nothing_and_a_generator_stands_apart(board: Board) -> None:
    assert [row.id for row in variants(Catalog(rows()))] == list(SHARES)
    assert [entry.row.id for entry in board.entries] == [id for id in SHARES if id != "mini-electra-generator"]
    (generator,) = board.generators
    assert generator.cells["hidden-word"].value == 0.15


def test_without_variants_the_board_is_empty(board_engine: LocalEngine) -> None:
    board_engine.library.catalog = Catalog(replace(row, source="local") for row in rows())
    assert read_board(board_engine, board_engine.library) == Board(())


def test_scores_come_from_the_cards_of_the_variant_and_of_its_heads(board: Board) -> None:
    found = cell(board, "bert", "grammar")
    assert (found.value, found.rows, found.dataset) == (0.60, 6700, "grammatical minimal pairs (BLiMP)")
    assert found.error == pytest.approx(math.sqrt(0.6 * 0.4 / 6700))
    assert cell(board, "bert", "names").value == 0.30
    assert cell(board, "deberta", "milliseconds") == Cell(3.4, 0.0, 1000, "encyclopedia sentences, one word hidden")


def test_costs_are_counted(board: Board) -> None:
    assert cell(board, "distilbert", "parameters").value == 60
    assert cell(board, "bert", "parameters").value == 100
    assert 0.0002 < (cell(board, "bert", "megabytes").value or 0) < 0.0005
    assert cell(board, "bert", "minutes").value == 60
    assert cell(board, "bert", "tokens").value == 30_000_000


def test_what_all_have_in_common_is_told_from_what_differs(board: Board) -> None:
    assert board.alike("tokens") == 30_000_000
    assert board.alike("parameters") is None
    assert board.alike("grammar") is None
    assert board.alike("hidden-word") is None  # not known of all
    assert Board(board.entries[:1]).alike("tokens") is None


def test_an_empty_cell_says_why(board_engine: LocalEngine, tmp_path: Path) -> None:
    board = read_board(board_engine, board_engine.library)
    assert cell(board, "electra", "hidden-word") == Cell(reason="no masked-word head")
    board_engine.catalog.remove("mini-bert-ner")
    (tmp_path / "mini-bert" / "curve.json").unlink()
    (tmp_path / "mini-bert" / "model.safetensors").unlink()
    again = LocalEngine(board_engine.settings, board_engine.catalog)
    board = read_board(again, again.library)  # sizes are read once
    assert cell(board, "bert", "names") == Cell(reason="not trained for this")
    assert cell(board, "bert", "minutes").reason == "curve missing"
    assert cell(board, "bert", "parameters").reason == cell(board, "bert", "megabytes").reason == "weights missing"


def test_a_score_that_is_not_in_the_card_was_not_measured(board_engine: LocalEngine, tmp_path: Path) -> None:
    (tmp_path / "mini-bert" / "README.md").write_text("# mini-bert\n", encoding="utf-8")
    assert cell(read_board(board_engine, board_engine.library), "bert", "grammar").reason == "not measured"


def test_the_best_stand_first_and_those_without_a_number_last(board: Board) -> None:
    ids = [entry.row.id for entry in board.ranked("hidden-word")]
    assert ids == ["mini-deberta", "mini-roberta", "mini-bert", "mini-distilbert", "mini-electra"]
    assert board.ranked("milliseconds")[0].row.id == "mini-distilbert"


def test_what_rows_cannot_tell_from_the_best_is_close_to_it(board: Board) -> None:
    standings = {entry.row.id: board.standing(entry, "sentiment") for entry in board.entries}
    assert standings == {
        "mini-bert": "close",
        "mini-roberta": "close",
        "mini-deberta": "close",
        "mini-distilbert": "",
        "mini-electra": "best",
    }
    assert [board.standing(entry, "hidden-word") for entry in board.entries] == ["", "close", "best", "", ""]


def test_costs_that_hardly_differ_are_equal(board: Board) -> None:
    minutes = (100, 100.5, 102, 150, 99.9)
    board = Board(tuple(with_minutes(entry, n) for entry, n in zip(board.entries, minutes, strict=True)))
    assert [board.standing(entry, "minutes") for entry in board.entries] == ["best", "best", "", "", "best"]


def with_minutes(entry: Entry, minutes: float) -> Entry:
    return replace(entry, cells={**entry.cells, "minutes": Cell(minutes)})


def test_nothing_stands_out_among_equals(board: Board) -> None:
    assert {board.standing(entry, "tokens") for entry in board.entries} == {""}


def test_curves_of_pretraining_and_of_heads(board_engine: LocalEngine, board: Board) -> None:
    found = head_curves(board_engine.catalog, board, "")
    assert [point["tokens"] for point in found["mini-bert"]] == [10_000_000, 20_000_000, 30_000_000]
    board_engine.catalog.remove("mini-bert-ner")
    assert "mini-bert" not in head_curves(board_engine.catalog, board, "ner")
    found = head_curves(board_engine.catalog, board, "sentiment")
    assert curve_rows(found)[0] == {"checkpoint": "mini-bert", "step": 1, "tokens": 1000, "seconds": 2.0, "loss": 1.0}


def test_the_table_has_a_row_a_variant(board: Board) -> None:
    found = table(board)
    assert len(found) == len(board.entries)
    assert set(COLUMNS) < set(found[0])
    assert {f"{column.id}_error" for column in QUALITY} < set(found[0])
    assert found[-1]["hidden-word"] is found[-1]["hidden-word_error"] is None
