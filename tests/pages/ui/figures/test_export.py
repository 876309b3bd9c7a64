"""Rows for files, as CSV and JSON."""

import numpy as np

from core.files.rows import rows
from core.tasks.attention.schema import AttentionRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from pages.ui.figures import export
from tests.fake_engine import FakeEngine


def test_csv_runs_no_formula() -> None:
    assert export.csv([{"text": "=1+1", "score": -0.5}]) == "text,score\r\n'=1+1,-0.5\r\n"


def test_rows_of_fills_and_heads() -> None:
    fills, heads = FakeEngine(), FakeEngine()
    (fill, _) = rows(fills.run("fill-mask", "minilm-fill-mask", [FillMaskRequest("A ___")])[0])
    assert fill == {"start": 2, "end": 5, "text": "paris", "score": 0.75}
    assert len(rows(heads.run("attention", "minilm", [AttentionRequest("A b")])[0])) == 72


def test_json_takes_arrays() -> None:
    assert export.json_text({"a": np.array([0.5], dtype=np.float16)}).split() == ["{", '"a":', "[", "0.5", "]", "}"]
