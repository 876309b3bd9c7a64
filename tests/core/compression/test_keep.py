"""A smaller version that is kept: a folder whose answers plain transformers gives, too."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from core.checkpoints.catalog import load_catalog
from core.compression.keep import KEPT, TOLD, KeepOrder, KeepRun, keep_order, read_keep_order
from core.compression.own_rows import own_rows
from core.compression.plan import METHODS, CompressionOrder
from core.compression.report import CompressedPoint
from core.compression.run import Compression, keep
from core.jobs import State
from core.settings import Settings
from core.workers import runs
from core.workers.runs import WorkFolder, WorkLine

ROW = load_catalog()["mini-distilbert-sentiment"]
BEFORE = CompressedPoint("fp32", 0, "As it is, fp32", 20.0, 6.0, 1.5, 0.8, 0.03, 0.0, 0.0)


def order(method: str, level: float = 0.0) -> KeepOrder:
    point = CompressedPoint(method, level, "Smaller", 10.0, 3.0, 0.8, 0.7, 0.03, -0.1, 0.02)
    asked = CompressionOrder(load_catalog().with_base(ROW.id), METHODS, own_rows(ROW)[:24], ())
    return keep_order(asked, point, BEFORE, 12)


@pytest.mark.parametrize(("method", "level"), [("bf16", 0.0), ("heads", 0.5), ("layers", 1.0)])
def test_plain_transformers_gives_the_answers_that_were_measured(tmp_path: Path, method: str, level: float) -> None:
    asked = order(method, level)
    again = read_keep_order(json.loads(json.dumps(asdict(asked))))
    assert again == asked
    keep(again, tmp_path / "model")
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "model")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
    assert model.dtype == (torch.bfloat16 if method == "bf16" else torch.float32)
    assert model.config.n_layers == (1 if method == "layers" else 2)
    one = Compression(asked.order)
    one.prepare()
    smaller, text = one.made(asked.version), one.held_out[0].texts[0]
    with torch.no_grad():
        said = model(**tokenizer(text, return_tensors="pt")).logits.float()
        measured = smaller(**one.inputs([0])).logits.float()
    torch.testing.assert_close(said, measured, atol=0.05, rtol=0.02)


def test_it_is_taken_in_with_a_card_that_tells_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str, str]] = []

    def lines(kind: str, folder: WorkFolder, state: State, *, finish: bool = False) -> Iterator[WorkLine]:
        assert kind == "keep-smaller"
        folder.model.mkdir()
        yield from ()

    class Shelf:
        def adopt(self, name: str, folder: Path, trained_from: str, how: str) -> Any:
            told.append((name, how, (folder / "README.md").read_text()))
            return replace(ROW, id="smaller-1")

    monkeypatch.setattr(runs, "load_settings", lambda: Settings(cache_folder=tmp_path))
    monkeypatch.setattr(runs, "lines", lines)
    state = State(1)
    KeepRun("token-ten", order("layers", 1)).run(None, Shelf(), state)
    ((name, how, card),) = told
    assert (state.result, name, how) == ("smaller-1", f"{ROW.name}, Smaller", "made smaller here")
    assert "On 12 held-out rows its score is 0.7000 ± 0.0300, that of the model as it was 0.8000." in card
    assert not runs.path_of("keep-smaller", "token-ten").exists()


def test_of_every_method_it_is_said_what_can_be_had() -> None:
    assert {*METHODS, "fp32", "fused"} == set(TOLD) > set(KEPT)
