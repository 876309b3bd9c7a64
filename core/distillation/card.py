"""The model card of a student that was distilled here."""

from core.distillation.job import DistilOrder, layers_said
from core.distillation.plan import LayerBlock, blocks_said
from core.distillation.report import ALONE, CUT, STUDENT, DistilOutcome, DistilStart
from core.finetuning.card import CLASSES, NAMED
from core.text.phrases import shorten

CARD = """\
---
library_name: transformers
license: {licence}
base_model: {teacher}
---

# {name}

A student of {teacher} with {layers}; the teacher has {teacher_layers}. It keeps {kept:.1%} ± {kept_error:.1%} of its
teacher's score on {dev:,} held-out rows.

## Training

{starts}
Three losses taught it on {train:,} rows, {epochs} epochs, batches of up to {tokens:,} tokens: the teacher's
probabilities at temperature {temperature:g} (weight {soft:g}), the direction of its hidden states ({hidden:g}), and the
right answers ({own:g}). The learning rate rose to {rate:g} and fell to zero, seed {seed}.

## Score

{measure}: {score:.4f} on the held-out rows, after step {best}. The teacher has {teacher_score:.4f}, and the student
had {cut:.4f} before it learned.{alone}

{size:.0%} of the size in memory, {faster:.1f} times as fast on a text alone, measured on one processor core in float32.

## Limits

It knows what its rows and its teacher taught it, and repeats the prejudices of both. The held-out rows come from the
same source as the others: elsewhere it will do worse.

## Use

```python
from transformers import {cls}, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("{name}")  # this folder
model = {cls}.from_pretrained("{name}")
```
"""


def student_card(order: DistilOrder, start: DistilStart, outcome: DistilOutcome, parts: list[LayerBlock]) -> str:
    """README.md of the folder."""
    plan, row = order.plan, order.checkpoints[0]
    student, cut, alone = (outcome.network(what) for what in (STUDENT, CUT, ALONE))
    assert student
    assert cut
    before = outcome.before
    return CARD.format(
        licence=row.licence.lower(),
        teacher=row.id,
        name=shorten(order.name, 60),
        layers=layers_said(start.layers),
        teacher_layers=start.teacher_layers,
        kept=student.kept,
        kept_error=student.kept_error,
        dev=len(order.dev),
        starts=blocks_said(parts),
        train=len(order.train),
        epochs=plan.epochs,
        tokens=start.batch_tokens,
        temperature=plan.temperature,
        soft=plan.soft,
        hidden=plan.hidden,
        own=plan.own,
        rate=plan.training.rate,
        seed=plan.seed,
        measure=NAMED[plan.task],
        score=student.score,
        best=outcome.best,
        teacher_score=before.score,
        cut=cut.score,
        alone=f" Taught by the right answers alone, it reaches {alone.score:.4f}." if alone else "",
        size=student.mb / before.mb,
        faster=before.alone_ms / student.alone_ms,
        cls=CLASSES[plan.task],
    )
