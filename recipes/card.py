"""The model card of an adapter (README.md next to its weights), written from the recipe, its curve and measured scores;
and what the cards of all checkpoints share.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from core.checkpoints.catalog import Checkpoint
from recipes.bases import MINILM
from recipes.dev_sets import MEASURES, dev_set
from recipes.evaluate import Score
from recipes.licences import LICENCES
from recipes.pretraining.distilbert import TEACHER, MiniDistilBert
from recipes.recipe import Recipe

CARD = """---
{front}
---

# {name}

{summary} A LoRA adapter of rank {rank} on {base_name}
({base_licence}), with a trained head; the word embeddings are those of the base model.

## Training

{steps:,} steps{lessons}, {tokens:,} tokens, seed {seed}, learning rate {learning_rate:g}. The loss curve is in
`curve.json`.{history} Train it again with `python -m recipes train {id} --data DIR`.

{files}

## Dev scores

Measured on these weights with `python -m recipes evaluate --data DIR`.

{scores}

## Limits

{limits}

## Outside the playground

```python
{imports}

config = AutoConfig.from_pretrained("{id}")  # this folder
{load}{where}
model = PeftModel.from_pretrained(base, "{id}")
tokenizer = AutoTokenizer.from_pretrained("{base}")
```
"""

IMPORTS = """\
from peft import PeftModel
from transformers import {names}"""
IMPORTS_OF_BLOCKS = """\
from pathlib import Path

from core.models.row_blocks import load_blocks  # a file from the playground
from peft import PeftModel
from transformers import {names}"""
LOAD = 'base = {model_class}.from_pretrained("{base}", config=config)'
LOAD_BLOCKS = """\
base = {model_class}(config)
load_blocks(base, Path("{base}"))"""

MEASURED = """---
{front}
---

# {name}

{summary} The weights and their own card are in the package; this card lists the scores measured here.

## Dev scores

Measured on these weights with `python -m recipes evaluate --data DIR`.

{table}
"""


def write_card(folder: Path, recipe: Recipe, row: Checkpoint, base: Checkpoint, scores: Sequence[Score]) -> None:
    """Writes README.md into the folder of the adapter `row` on `base`."""
    last = json.loads((folder / "curve.json").read_text())[-1]
    simpler = sum(lesson.steps for lesson in recipe.lessons)
    text = CARD.format(
        front=front_matter(row, scores),
        name=row.name,
        id=row.id,
        summary=row.summary,
        rank=recipe.rank,
        base_name=base_model(row).rpartition("/")[2],
        base_licence=base.licence,
        steps=last["step"],
        lessons=f" (the first {simpler:,} on simpler examples)" if simpler else "",
        tokens=last["tokens"],
        seed=recipe.seed,
        learning_rate=recipe.learning_rate,
        limits=recipe.limits,
        history=f" {recipe.history}" if recipe.history else "",
        base=base_model(row),
        where="  # the folder beside" if base.source == "bundled" else "",
        imports=(IMPORTS_OF_BLOCKS if base.in_blocks else IMPORTS).format(
            names=", ".join(sorted(("AutoConfig", "AutoTokenizer", recipe.model_class.__name__)))
        ),
        load=(LOAD_BLOCKS if base.in_blocks else LOAD).format(
            model_class=recipe.model_class.__name__, base=base_model(row)
        ),
        files=file_table(recipe.files),
        scores=score_table(scores),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def write_scores(file: Path, row: Checkpoint, scores: Sequence[Score]) -> None:
    """Writes the scores of a checkpoint whose weights and own card are in a package."""
    file.parent.mkdir(exist_ok=True)
    text = MEASURED.format(
        front=front_matter(row, scores), name=row.name, summary=row.summary, table=score_table(scores)
    )
    file.write_text(text, encoding="utf-8")


def refresh(file: Path, row: Checkpoint) -> None:
    """Rewrites the front matter of a card from the table of scores in its text."""
    card = ModelCard.load(file)
    card.data = card_data(row, read_table(row.id, card.text))
    card.save(file)


def file_table(files: Sequence[str]) -> str:
    """The training files with their licences as Markdown."""
    return "\n".join(["| file | source and licence |", "|---|---|", *(f"| `{f}` | {LICENCES[f]} |" for f in files)])


def score_table(scores: Sequence[Score]) -> str:
    """The scores as Markdown."""
    rows = [f"| `{s.file}` | {MEASURES[s.measure][0]} | {s.value:.4f} | {s.rows:,} |" for s in scores]
    return "\n".join(["| file | measure | score | rows |", "|---|---|---|---|", *rows])


def read_table(checkpoint: str, text: str) -> list[Score]:
    """The scores of a card's table."""
    measures = {name: measure for measure, (name, _) in MEASURES.items()}
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| ([\d.]+) \| ([\d,]+) \|$", text, re.MULTILINE)
    return [
        Score(checkpoint, file, measures[name], float(value), None, int(count.replace(",", "")), 0.0)
        for file, name, value, count in rows
    ]


def front_matter(row: Checkpoint, scores: Sequence[Score]) -> str:
    """What a card begins with between its two rules, YAML."""
    return str(card_data(row, scores).to_yaml())


def card_data(row: Checkpoint, scores: Sequence[Score]) -> ModelCardData:
    """Licence, language, base and the scores as the Hub's `model-index`."""
    return ModelCardData(
        license=row.licence.lower(),
        language="en",
        library_name=library(row),
        base_model=base_model(row) or None,
        model_name=row.id,
        eval_results=[eval_result(row, score) for score in scores],
    )


def library(row: Checkpoint) -> str:
    """The library that loads it, as the Hub names it."""
    if row.base:
        return "peft"
    return "transformers" if row.source == "bundled" else "sentence-transformers"


def base_model(row: Checkpoint) -> str:
    """What it was derived from: a name on the Hub or a folder's name; "" if it was trained from scratch."""
    if row.id == MiniDistilBert.name:
        return TEACHER
    origin = row.base or row.trained_from
    return MINILM if origin == "minilm" else origin


def eval_result(row: Checkpoint, score: Score) -> EvalResult:
    """A score in the Hub's format. A checkpoint that cannot do the dev set's task counts under its own task."""
    dev, (measure, metric) = dev_set(score.file, score.measure), MEASURES[score.measure]
    return EvalResult(
        task_type=dev.task if dev.task in row.tasks else row.tasks[0],
        dataset_type=dev.hub,
        dataset_config=dev.part,
        dataset_name=dev.name,
        dataset_args={"file": score.file, "rows": score.rows},
        metric_type=metric,
        metric_name=measure,
        metric_value=round(score.value, 4),
    )
