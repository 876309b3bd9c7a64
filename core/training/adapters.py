"""LoRA adapters, which leave the weights of the model below as they are (arxiv.org/abs/2106.09685)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from safetensors.torch import save_file
from transformers import PreTrainedModel

ADAPTER = "adapter"  # the folder of one beside the whole model into which it was folded


def attach(
    model: PreTrainedModel, *, rank: int, targets: str | Sequence[str], heads: Sequence[str] = (), **options: Any
) -> PeftModel:
    """The model with LoRA on the matrices whose names match `targets` or are among them; only that and `heads` learn.

    `options` are further fields of peft's LoraConfig.
    """
    whole = list(heads) or None
    names = targets if isinstance(targets, str) else list(targets)
    config = LoraConfig(r=rank, lora_alpha=rank, target_modules=names, modules_to_save=whole, **options)
    return get_peft_model(model, config)


def save_adapter(model: PeftModel, folder: Path, *, base: str) -> None:
    """Writes adapter and heads in fp16 and both configurations, as peft and transformers read them.

    `base` is what the adapter belongs to: a name on the Hub or a folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        k: v.to("cpu", torch.float16).contiguous()
        for k, v in get_peft_model_state_dict(model, save_embedding_layers=False).items()
    }
    save_file(weights, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    config = model.peft_config["default"]
    config.inference_mode = True
    config.base_model_name_or_path = base
    config.save_pretrained(str(folder))
    inner = cast(PreTrainedModel, model.base_model.model)
    inner.config.architectures = [type(inner).__name__]
    inner.config.save_pretrained(folder)
