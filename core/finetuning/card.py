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
    "question-answering": "AutoModelForQuestionAnswering",
    "fill-mask": "AutoModelForMaskedLM",
}
NAMED = {
    "text-classification": "Accuracy",
    "token-classification": "F1 of names",
    "question-answering": "F1 of answers",
    "fill-mask": "Accuracy on hidden tokens",
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

{train:,} rows to learn from, {dev:,} held out. {rows} {epochs} epochs, batches of up to
{tokens:,} tokens. The learning rate rose to {rate:g} and fell to zero, weight decay {decay:g}, gradients clipped at
{clip:g}, seed {seed}.
{extra}

## Score

{measure}: {score:.4f} on the held-out rows, after step {best}. Before the first step it was {before:.4f}.{others}

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
ADAPTER_USE = """\
## Use

The adapter belongs on {base}{under}.

```python
from peft import PeftModel
from transformers import {cls}, AutoConfig, AutoTokenizer

base = "{base}"  # the folder of the base
config = AutoConfig.from_pretrained("adapter")  # this folder
model = {cls}.from_pretrained(base, config=config)
model = PeftModel.from_pretrained(model, "adapter")
tokenizer = AutoTokenizer.from_pretrained(base)
```
"""


def card(order: TrainingOrder, outcome: TrainingOutcome, batch_tokens: int) -> str:
    """README.md of the folder; a batch had at most so many tokens."""
    plan, row = order.plan, order.checkpoints[0]
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
        rows=about_rows(order),
        epochs=plan.epochs,
        tokens=batch_tokens,
        rate=plan.rate,
        decay=plan.weight_decay,
        clip=plan.clip,
        seed=plan.seed,
        extra=" ".join(extra),
        measure=NAMED[plan.task],
        others="".join(f" {name.capitalize()}: {value:g}." for name, value in outcome.others.items()),
        score=outcome.score,
        best=outcome.best,
        before=outcome.before,
        cls=CLASSES[plan.task],
    )


def about_rows(order: TrainingOrder) -> str:
    """What the rows are."""
    if order.plan.task == "question-answering":
        return f"{sum(not one.labels for one in order.train):,} of the questions have no answer."
    if order.plan.task == "fill-mask":
        return (
            "15% of the tokens were hidden: 80% behind the mask token, 10% behind another token, 10% left as they are."
        )
    counts = Counter(label for one in order.train for label in one.labels)
    return f"Labels: {listed(f'{label} ({count:,})' for label, count in counts.most_common())}."


def adapter_card(order: TrainingOrder, whole: str) -> str:
    """README.md of the adapter alone: that of the whole model with another use."""
    row = order.checkpoints[0]
    under = f", itself {row.base} with an adapter folded in" if row.base else ""
    use = ADAPTER_USE.format(base=row.id, under=under, cls=CLASSES[order.plan.task])
    about = whole.partition("## Use")[0].replace("library_name: transformers", "library_name: peft")
    return about.replace(", folded into the weights,", "") + use
