"""The model card of a network that was pretrained here."""

from core.pretraining.plan import Contender
from core.pretraining.report import PretrainOutcome, PretrainStart

NAMES = {  # of objectives, as cards and pages have them
    "masked-tokens": "Masked tokens",
    "masked-words": "Masked whole words",
    "replace-mlm": "Replace MLM",
    "all-tokens-mlm": "All-tokens MLM",
    "replaced-tokens": "Replaced-token detection",
}
HEADS = {"replaced-tokens": "AutoModelForPreTraining"}
CARD = """\
---
library_name: transformers
---

# {name}

A tiny network pretrained from nothing: {objective}, {rate:.0%} of the tokens chosen.

## Training

{tokens:,} tokens read, from a text of {text:,}; {held_out:,} held out.
A vocabulary of {pieces:,} pieces, {weights:,} weights.

## Score

{score:.4f} on the held-out text, after step {best:,}: {measure}.

## Limits

It has read next to nothing. It shows how pretraining works; its answers mean nothing beyond that.

## Use

```python
from transformers import {cls}, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("{name}")  # this folder
model = {cls}.from_pretrained("{name}")
```
"""


def measure_of(contender: Contender) -> str:
    """What the score of an objective is."""
    if contender.detects:
        return "share of replaced words among as many that it doubts most"
    return "share of hidden words guessed"


def pretrained_card(name: str, contender: Contender, start: PretrainStart, outcome: PretrainOutcome) -> str:
    """README.md of the folder."""
    return CARD.format(
        name=name,
        objective=NAMES[contender.objective].lower(),
        rate=contender.rate,
        tokens=outcome.tokens,
        text=start.tokens,
        held_out=start.held_out,
        pieces=start.pieces,
        weights=start.weights[outcome.contender],
        score=outcome.score,
        best=outcome.best,
        measure=measure_of(contender),
        cls=HEADS.get(contender.objective, "AutoModelForMaskedLM"),
    )
