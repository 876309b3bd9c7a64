"""A saved folder is loaded by plain transformers, in fp32 from half the bytes."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForMaskedLM, AutoTokenizer, PreTrainedTokenizerBase

from core.checkpoints.catalog import MODELS
from core.models.row_blocks import load_blocks
from core.training import save
from core.training.save import save_curve, save_model
from core.training.state import CurvePoint


@pytest.fixture(scope="module")
def model() -> torch.nn.Module:
    return AutoModelForMaskedLM.from_pretrained(MODELS / "mini-bert")


def test_it_is_loaded_as_it_was(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, tmp_path: Path):
    save_model(model, tokenizer, tmp_path, segments=False)
    assert all(weight.dtype == torch.float16 for weight in load_file(tmp_path / "model.safetensors").values())
    loaded = AutoModelForMaskedLM.from_pretrained(tmp_path)
    assert loaded.dtype == torch.float32
    assert "token_type_ids" not in AutoTokenizer.from_pretrained(tmp_path)("The miller")
    assert not {"is_local", "local_files_only"} & json.loads((tmp_path / "tokenizer_config.json").read_text()).keys()
    ids = torch.tensor([[2, 40, 41, 3]])
    torch.testing.assert_close(loaded(ids).logits, model.eval()(ids).logits, atol=0.02, rtol=0.02)


def test_a_large_matrix_is_written_in_blocks(
    model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(save, "MOST_BYTES", 2_000_000)
    save_model(model, tokenizer, tmp_path)
    files = list(tmp_path.glob("*.safetensors"))
    assert len(files) > 4 and all(file.stat().st_size < 2_100_000 for file in files)
    other = AutoModelForMaskedLM.from_config(AutoConfig.from_pretrained(tmp_path))
    assert not load_blocks(other, tmp_path)
    torch.testing.assert_close(other.state_dict(), model.state_dict(), atol=2e-3, rtol=1e-3)


def test_the_curve_is_a_list_of_rows(tmp_path: Path):
    save_curve([CurvePoint(1, 2, 0.5, 0.25, {"f1": 0.75})], tmp_path)
    rows = json.loads((tmp_path / "curve.json").read_text())
    assert rows == [{"step": 1, "tokens": 2, "seconds": 0.5, "loss": 0.25, "f1": 0.75}]
