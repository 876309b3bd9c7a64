"""The model card of an adapter, README.md beside its weights, from the recipe, its curve and measured scores."""

import json
from collections.abc import Sequence
from pathlib import Path

from core.catalog import Checkpoint
from recipes.evaluate import Score
from recipes.recipe import Recipe

LICENCES = {  # of the texts and labels in the training files, from the data's own README
    "raw/wiki_core_0.txt.xz": "English Wikipedia, 2015: CC BY-SA 3.0 and GFDL",
    "raw/wiki_core_1.txt.xz": "English Wikipedia, 2015: CC BY-SA 3.0 and GFDL",
    "ner/uner_ewt_train.conll.xz": "Universal NER on English EWT: CC BY-SA 4.0",
    "ner/btc_train.conll.xz": "Broad Twitter Corpus: CC BY 4.0",
    "ner/wnut17_train.conll.xz": "WNUT 2017: CC BY 4.0",
    "ner/wikigold_train.conll.xz": "WikiGold: CC BY 4.0",
    "ner/crossner_train.conll.xz": "CrossNER: MIT, its Wikipedia text CC BY-SA",
    "qa/squad_train.jsonl.xz": "SQuAD, development articles and a sample of the training ones: CC BY-SA 4.0",
    "qa/nq_qed_train.jsonl.xz": "Natural Questions by way of QED: CC BY-SA 3.0 and GFDL",
    "qa/qamr_train.jsonl.xz": "QAMR: MIT, its Wikipedia and Wikinews text CC BY-SA and CC BY",
    "sentiment/sst2_phrases_train.jsonl.xz": "SST-2 phrases: no licence stated by the authors, used in research",
    "sentiment/rt_polarity_train.jsonl.xz": "Sentence polarity: CC BY 4.0",
    "sentiment/sst5_train.jsonl.xz": "SST-5 sentences: no licence stated by the authors, used in research",
    "sentiment/pros_cons_train.jsonl.xz": "Pros and cons: CC BY 4.0",
    "nli/snli_mnli_train.jsonl.xz": "SNLI: CC BY-SA 4.0; MNLI: OANC, CC BY, CC BY-SA and public domain",
    "nli/rte_train.jsonl.xz": "RTE: no licence stated by the authors, used in research",
}

CARD = """---
license: {licence}
language: en
base_model: sentence-transformers/all-MiniLM-L6-v2
library_name: peft
---

# {name}

{summary} LoRA of rank {rank} on all-MiniLM-L6-v2
(Apache-2.0), with its head; the word embeddings are the encoder's own.

## Training

{steps:,} steps, {tokens:,} tokens, seed {seed}, learning rate {learning_rate:g}, on a CPU. The loss on the way
is in `curve.json`.{history} `python -m recipes train {id} --data DIR` makes it again.

| file | source and licence |
|---|---|
{files}

## Dev scores

Measured with `python -m recipes evaluate --data DIR` on these weights.

| file | measure | score | rows |
|---|---|---|---|
{scores}

## Limits

{limits}

## Outside the playground

```python
from peft import PeftModel
from transformers import AutoConfig, AutoTokenizer, {model_class}

config = AutoConfig.from_pretrained("{id}")  # this folder
base = {model_class}.from_pretrained("sentence-transformers/all-MiniLM-L6-v2", config=config)
model = PeftModel.from_pretrained(base, "{id}")
tokenizer = AutoTokenizer.from_pretrained("sentence-transformers/all-MiniLM-L6-v2")
```
"""


def write_card(folder: Path, recipe: Recipe, row: Checkpoint, scores: Sequence[Score]) -> None:
    """Writes README.md into the adapter's folder."""
    last = json.loads((folder / "curve.json").read_text())[-1]
    text = CARD.format(
        licence=row.licence.lower(),
        name=row.name,
        id=row.id,
        summary=row.summary,
        rank=recipe.rank,
        steps=last["step"],
        tokens=last["tokens"],
        seed=recipe.seed,
        learning_rate=recipe.learning_rate,
        limits=recipe.limits,
        history=f" {recipe.history}" if recipe.history else "",
        model_class=recipe.model_class.__name__,
        files="\n".join(f"| `{file}` | {LICENCES[file]} |" for file in recipe.files),
        scores="\n".join(f"| `{s.file}` | {s.measure} | {s.value:.4f} | {s.rows:,} |" for s in scores),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
