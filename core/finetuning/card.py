"""The model card of a checkpoint that was trained here."""

from collections import Counter

from core.finetuning.report import TrainingOutcome
from core.finetuning.run_folder import TrainingOrder
from core.text.phrases import listed, shorten

METHOD_NAMES = {
    "head": "only the new head learned",
    "lora": "LoRA on every matrix of the layers, folded into the weights, and a new head",
    "full": "all weights learned",
}
CLASSES = {
    "text-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
}
CARD = """\
---
library_name: transformers
license: {licence}
base_model: {base}
---

# {name}

{base}, trained further for {task}: {method}.

## Training

{train:,} rows to learn from, {dev:,} held out. Labels: {labels}. {epochs} epochs, batches of up to
{tokens:,} tokens. The learning rate rose to {rate:g} and fell to zero, weight decay {decay:g}, gradients clipped at
{clip:g}, seed {seed}.
{extra}

## Score

{measure} {score:.4f} on the held-out rows, after step {best}. Before the first step it was {before:.4f}.

## Limits

It knows what its rows and its base taught it, and repeats the prejudices of both. The held-out rows come from the same
source as the others: elsewhere it will do worse.

## Use

```python
from transformers import {cls}, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("{name}")  # this folder
model = {cls}.from_pretrained("{name}")
```
"""


def card(order: TrainingOrder, outcome: TrainingOutcome, batch_tokens: int) -> str:
    """README.md of the folder; a batch had at most so many tokens."""
    plan, row = order.plan, order.checkpoints[0]
    counts = Counter(label for one in order.train for label in one.labels)
    extra = []
    if plan.layer_decay < 1:
        extra.append(f"Each layer learned at {plan.layer_decay:g} times the rate of the one above it.")
    if plan.gradual:
        extra.append("The head learned alone at first, then a layer more at a time.")
    if plan.class_weights:
        extra.append("Rare classes counted for more.")
    return CARD.format(
        licence=row.licence.lower(),
        base=row.id,
        name=shorten(order.name, 60),
        task=plan.task.replace("-", " "),
        method=METHOD_NAMES[plan.method],
        train=len(order.train),
        dev=len(order.dev),
        labels=listed(f"{label} ({count:,})" for label, count in counts.most_common()),
        epochs=plan.epochs,
        tokens=batch_tokens,
        rate=plan.rate,
        decay=plan.weight_decay,
        clip=plan.clip,
        seed=plan.seed,
        extra=" ".join(extra),
        measure="F1 of names" if plan.task == "token-classification" else "Accuracy",
        score=outcome.score,
        best=outcome.best,
        before=outcome.before,
        cls=CLASSES[plan.task],
    )
