"""Training an adapter: LoRA on a bundled encoder, products in bf16, from the last checkpoint if there is one."""

from functools import partial
from pathlib import Path

import torch
from peft import PeftModel

from core.training.adapters import attach, save_adapter
from core.training.batches import Course
from core.training.fit import fit
from core.training.optimizer import Optimizer
from core.training.save import save_curve
from core.training.schedule import Schedule
from core.training.state import TrainingState
from recipes.bases import MINILM, base_folder, head_config, load_tokenizer, with_head
from recipes.loop import follow, resume
from recipes.recipe import Recipe

WARM_UP = 100  # steps, or 6 % of them
DECAY = 0.4  # share of the steps


def train(recipe: Recipe, *, data: Path, runs: Path, out: Path) -> None:
    """Trains from the last checkpoint in `runs`, or from the start, and writes adapter, head and curve into `out`."""
    model, tokenizer = build(recipe), load_tokenizer(recipe.base)
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    lessons = [(lesson.examples(data, tokenizer), lesson.steps) for lesson in recipe.lessons]
    course = Course(lessons, recipe.examples(data, tokenizer), batch_tokens=recipe.batch_tokens, seed=recipe.seed)
    schedule = Schedule(recipe.steps, warm_up=min(WARM_UP, max(1, int(0.06 * recipe.steps))), decay=DECAY)
    optimizer = Optimizer(model, learning_rate=recipe.learning_rate, vectors_decay=True)  # as the committed ones were
    state = TrainingState(optimizer, schedule)
    resume(state, runs / recipe.name)
    loss = partial(recipe.loss, model.base_model.model)
    follow(fit(state, loss, course.batch, autocast=torch.bfloat16), state, runs / recipe.name)
    save_adapter(model, out / recipe.name, base=MINILM if recipe.base == "minilm" else recipe.base)
    save_curve(state.curve, out / recipe.name)
    if recipe.finish:
        recipe.finish(out / recipe.name, data)


def build(recipe: Recipe) -> PeftModel:
    """The base under the recipe's head, with LoRA; only adapter and head learn."""
    torch.manual_seed(recipe.seed)
    folder = base_folder(recipe.base)
    config = head_config(folder, labels=recipe.labels, dropout=recipe.dropout)
    model = with_head(folder, recipe.model_class, recipe.configure(config) if recipe.configure else config)
    return attach(model, rank=recipe.rank, targets=recipe.targets, heads=recipe.heads, **recipe.extra)
