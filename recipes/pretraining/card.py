"""The model card of a variant pretrained from scratch, from its recipe, its curve and measured scores."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from transformers import AutoConfig

from core.checkpoints.catalog import Checkpoint
from core.models.row_blocks import has_blocks
from recipes.card import file_table, front_matter, score_table
from recipes.evaluate import Score
from recipes.pretraining.variant import SEED, WINDOW, Variant

CARD = """---
{front}
---

# {name}

{summary} {origin}. Objective: {objective} ([paper]({paper})). {layers} layers
of width {width}, a vocabulary of {vocabulary:,} tokens, weights in fp16.

## Training

{steps:,} steps of {windows} windows of {window} tokens, {tokens:,} tokens in all, seed {seed}, learning rate
{learning_rate:g}. It ended with {held_out} on held-out text; the whole curve is in `curve.json`.
Train it again with `python -m recipes pretrain {recipe} --data DIR --tokens {budget}`.{history}

{files}

## Dev scores

Measured on these weights with `python -m recipes evaluate --data DIR`. {remarks}

{scores}

## Limits

{limits}

## Outside the playground

```python
{code}
```
"""

MILLISECONDS = "Latency depends on the machine that measured it, one sentence at a time."
REMARKS_OF_HEAD = {
    "masked-lm": "A hidden word that this tokenizer splits into several tokens counts as missed. Of two texts, the "
    "model prefers the one whose tokens, each predicted from the others, are more probable in total.",
    "replaced-token-detection": "Of two texts, the model prefers the one that is more likely to contain no replaced "
    "token.",
}

LIMITS = (
    "English only. It is a small network that has read little, so its facts are often wrong. It repeats the "
    "prejudices of its training texts, some of which are novels from 1870 to 1920. It has never seen a text longer "
    f"than {WINDOW} tokens. Compare it with its relatives; do not rely on its answers. "
)
LIMITS_OF_HEAD = {
    "masked-lm": "It predicts single tokens: a longer word needs one mask per token.",
    "replaced-token-detection": "It predicts no words; it estimates for every token whether it was replaced.",
}

FILL_MASK = """\
{imports}

tokenizer = AutoTokenizer.from_pretrained("{id}")  # this folder
{model}
guess = pipeline("fill-mask", model=model, tokenizer=tokenizer)
print(guess(f"The capital of France is {{tokenizer.mask_token}}."))"""

PLAIN = "from transformers import AutoModelForMaskedLM, AutoTokenizer, pipeline"
ENHANCED = """\
from core.models.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM  # a file from the playground
from transformers import AutoTokenizer, pipeline"""

IN_BLOCKS = """\
from pathlib import Path

from core.models.row_blocks import load_blocks  # a file from the playground
from transformers import AutoConfig, AutoModelForMaskedLM, AutoTokenizer, pipeline"""
LOAD = 'model = {model_class}.from_pretrained("{id}")'
LOAD_BLOCKS = """\
model = AutoModelForMaskedLM.from_config(AutoConfig.from_pretrained("{id}")).eval()
load_blocks(model, Path("{id}"))"""

DETECTION = """\
import torch
from transformers import AutoModelForPreTraining, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("{id}")  # this folder
model = AutoModelForPreTraining.from_pretrained("{id}")
inputs = tokenizer("The city lies on the east book of the river.", return_tensors="pt")
with torch.inference_mode():
    replaced = model(**inputs).logits[0].sigmoid()
for token, score in zip(inputs.tokens(), replaced.tolist()):
    print(f"{{score:.2f}} {{token}}")"""


def write_variant_card(folder: Path, recipe: type[Variant], row: Checkpoint, scores: Sequence[Score]) -> None:
    """Writes README.md into the variant's folder."""
    last, config = json.loads((folder / "curve.json").read_text())[-1], AutoConfig.from_pretrained(folder)
    text = CARD.format(
        front=front_matter(row, scores),
        name=row.name,
        summary=row.summary,
        objective=row.objective,
        paper=row.paper,
        layers=config.num_hidden_layers,
        width=config.hidden_size,
        vocabulary=config.vocab_size,
        steps=last["step"],
        windows=recipe.rows,
        window=WINDOW,
        tokens=last["tokens"],
        seed=SEED,
        learning_rate=recipe.learning_rate,
        held_out=held_out(last),
        recipe=recipe.name,
        origin=recipe.origin,
        budget=last["step"] * recipe.rows * WINDOW,
        history=f" {recipe.history}" if recipe.history else "",
        files=file_table(tuple(dict.fromkeys(recipe.files))),
        scores=score_table(scores),
        remarks=f"{REMARKS_OF_HEAD[row.head]} {MILLISECONDS}",
        limits=LIMITS + LIMITS_OF_HEAD[row.head],
        code=code(row, enhanced=getattr(config, "enhanced_mask_decoder", False), blocks=has_blocks(folder)),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def held_out(point: Mapping[str, float]) -> str:
    """The held-out scores of a point of the curve, in words."""
    scores = {name: value for name, value in point.items() if name.endswith(("_accuracy", "_f1"))}
    return ", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in scores.items())


def code(row: Checkpoint, *, enhanced: bool, blocks: bool) -> str:
    """Python that uses the folder with transformers alone; DeBERTa's decoder and a matrix in several files also need a
    file of the playground.
    """
    if row.head == "replaced-token-detection":
        return DETECTION.format(id=row.id)
    if blocks:
        return FILL_MASK.format(imports=IN_BLOCKS, id=row.id, model=LOAD_BLOCKS.format(id=row.id))
    model_class = "DebertaV2ForEnhancedMaskedLM" if enhanced else "AutoModelForMaskedLM"
    load = LOAD.format(id=row.id, model_class=model_class)
    return FILL_MASK.format(imports=ENHANCED if enhanced else PLAIN, id=row.id, model=load)
