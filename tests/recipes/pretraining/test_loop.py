"""A run that is interrupted and resumed ends as one that was not; what comes out is in half precision."""

import json

import pytest
import torch
from safetensors.torch import load_file

from core.errors import ModelLoadError
from recipes.pretraining.deberta import MiniDeberta
from recipes.pretraining.electra import MiniElectra
from recipes.pretraining.loop import pretrain, snapshot
from recipes.pretraining.variant import SHAPE


def small(variant, **others):
    return type(variant.__name__, (variant,), {"rows": 2, **others})


@pytest.fixture(autouse=True)
def small_shape(monkeypatch):
    """A network that learns in moments, also where bf16 is emulated."""
    for name, size in {"hidden_size": 64, "num_hidden_layers": 1, "intermediate_size": 64}.items():
        monkeypatch.setitem(SHAPE, name, size)


@pytest.mark.parametrize("variant", [MiniDeberta, MiniElectra])
def test_a_resumed_run_ends_like_an_uninterrupted_one(corpus, tmp_path, variant):
    budget = {"tokens": 6 * 2 * 128}
    whole = pretrain(small(variant, point_every=4)(corpus), **budget, runs=tmp_path / "one", out=tmp_path / "whole")
    interrupted = {"runs": tmp_path / "two", "out": tmp_path / "parts"}
    assert pretrain(small(variant, point_every=4)(corpus), **budget, **interrupted, stop_after=3) == []
    parts = pretrain(small(variant, point_every=4)(corpus), **budget, **interrupted)
    for one, other in zip(whole, parts, strict=True):
        weights, resumed = (load_file(folder / "model.safetensors") for folder in (one, other))
        assert all(torch.equal(weights[name], resumed[name]) for name in weights)
        assert all(weight.dtype == torch.float16 for weight in weights.values())
        curves = [json.loads((folder / "curve.json").read_text()) for folder in (one, other)]
        assert [timeless(point) for point in curves[0]] == [timeless(point) for point in curves[1]]
        assert [point["step"] for point in curves[0]] == [4, 6]


def test_a_larger_budget_goes_on_as_if_it_had_been_the_budget_from_the_start(corpus, tmp_path, monkeypatch):
    window = 2 * 128
    variant = small(MiniDeberta, warm_up=2)
    whole = pretrain(variant(corpus), tokens=10 * window, runs=tmp_path / "one", out=tmp_path / "whole")
    grown = {"runs": tmp_path / "two", "out": tmp_path / "grown"}
    pretrain(variant(corpus), tokens=6 * window, **grown)
    batches = []
    monkeypatch.setattr(variant, "batch", lambda self, step: batches.append(step) or MiniDeberta.batch(self, step))
    [folder] = pretrain(variant(corpus), tokens=10 * window, **grown)
    assert batches == [4, 5, 6, 7, 8, 9]  # from where the rate of the shorter run began to fall
    weights, others = (load_file(at / "model.safetensors") for at in (folder, *whole))
    assert all(torch.equal(weights[name], others[name]) for name in weights)


def timeless(point):
    return {name: value for name, value in point.items() if name != "seconds"}


def test_a_snapshot_has_the_weights_of_the_checkpoint(corpus, tmp_path):
    with pytest.raises(ModelLoadError, match="no checkpoint of mini-deberta"):
        snapshot(small(MiniDeberta)(corpus), runs=tmp_path, out=tmp_path)
    [folder] = pretrain(small(MiniDeberta)(corpus), tokens=2 * 2 * 128, runs=tmp_path / "runs", out=tmp_path / "end")
    [shot] = snapshot(small(MiniDeberta)(corpus, seed=5), runs=tmp_path / "runs", out=tmp_path / "shot")
    weights, others = (load_file(at / "model.safetensors") for at in (folder, shot))
    assert all(torch.equal(weights[name], others[name]) for name in weights)
    assert (folder / "curve.json").read_text() == (shot / "curve.json").read_text()
