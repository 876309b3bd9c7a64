"""A whole model as a folder that transformers loads, and the curve of its training beside it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from core.models.row_blocks import write_blocks
from core.training.state import CurvePoint

MOST_BYTES = 9_900_000  # of weights in one file


def save_model(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
    *,
    segments: bool = True,
    blocks: bool = True,
    brain_floats: bool = False,
) -> Path:
    """Writes fp16 weights, config.json (which asks for fp32) and the tokenizer; the model itself is left as it is. With
    `brain_floats` the weights are bf16, and so is what config.json asks for.

    Without `segments` the tokenizer gives no segment ids. More than MOST_BYTES are written in `blocks`, which plain
    transformers does not join, or else in its own files.
    """
    kind = torch.bfloat16 if brain_floats else torch.float16
    halves = {name: weight.detach().to("cpu", kind) for name, weight in model.named_parameters()}
    if not blocks or sum(weight.nbytes for weight in halves.values()) <= MOST_BYTES:
        model.save_pretrained(folder, state_dict=halves)  # weights with two names come once
    else:
        write_blocks(halves, folder, most_bytes=MOST_BYTES)
        model.config.architectures = [type(model).__name__]
        model.config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    set_fields(folder / "tokenizer_config.json", {}, without=("is_local", "local_files_only"))  # how it was loaded here
    set_fields(folder / "config.json", {"dtype": "bfloat16" if brain_floats else "float32"})
    if not segments:
        set_fields(folder / "tokenizer_config.json", {"model_input_names": ["input_ids", "attention_mask"]})
    return folder


def save_curve(curve: Sequence[CurvePoint], folder: Path) -> None:
    """Writes curve.json, a list of its points."""
    (folder / "curve.json").write_text(json.dumps([point.row() for point in curve]) + "\n")


def set_fields(file: Path, fields: dict[str, Any], without: tuple[str, ...] = ()) -> None:
    """Sets fields of a JSON file and drops others."""
    values = json.loads(file.read_text()) | fields
    file.write_text(json.dumps({name: v for name, v in values.items() if name not in without}, indent=2) + "\n")
