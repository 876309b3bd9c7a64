"""What learns, and that plain transformers and peft load what was saved."""

from pathlib import Path

import pytest
import torch
from peft import PeftModel
from transformers import AutoConfig, AutoModelForSequenceClassification, PreTrainedTokenizerBase

from core.checkpoints.catalog import MODELS, load_catalog
from core.models.loader import Loader
from core.training.adapters import attach, save_adapter
from core.training.optimizer import trainable

LABELS = ("no", "perhaps", "yes")
TARGETS = {
    "mini-bert": r".*encoder\.layer\..*\.(query|value)",
    "mini-distilbert": r".*transformer\.layer\..*\.(q_lin|v_lin)",
}


def adapted(base: str) -> PeftModel:
    torch.manual_seed(2)
    catalog = load_catalog()
    model = Loader(catalog).fresh(catalog[base], "sequence-classification", LABELS)
    return attach(model, rank=4, targets=TARGETS[base], heads=("classifier",))


@pytest.mark.parametrize("base", TARGETS)
def test_a_saved_adapter_is_loaded_by_transformers_and_peft(
    base: str, tokenizer: PreTrainedTokenizerBase, tmp_path: Path
):
    model = adapted(base).eval()
    with torch.no_grad():
        for weight in trainable(model).values():
            weight.copy_((weight + 0.05 * torch.randn_like(weight)).half())  # as it is saved
    save_adapter(model, tmp_path, base=base)
    config = AutoConfig.from_pretrained(tmp_path)
    assert config.id2label == dict(enumerate(LABELS))
    assert config.architectures == [type(model.base_model.model).__name__]
    plain = AutoModelForSequenceClassification.from_pretrained(MODELS / base, config=config)
    loaded = PeftModel.from_pretrained(plain, tmp_path).eval()
    inputs = tokenizer("The miller sells a lantern.", return_tensors="pt", return_token_type_ids=False)
    with torch.no_grad():
        torch.testing.assert_close(loaded(**inputs).logits, model(**inputs).logits, atol=1e-5, rtol=1e-4)
    assert loaded.peft_config["default"].base_model_name_or_path == base


def test_only_adapter_and_head_learn():
    names = trainable(adapted("mini-bert"))
    assert all("lora_" in name or "classifier" in name for name in names)
    assert sum("lora_A" in name for name in names) == 8  # query and value of four layers
    assert any("classifier" in name for name in names)
