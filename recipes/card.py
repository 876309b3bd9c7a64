"""The model card of an adapter, README.md beside its weights, from the recipe, its curve and measured scores."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import EvalResult, ModelCardData

from core.catalog import Checkpoint
from recipes.evaluate import Score
from recipes.loop import MINILM
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


@dataclass(frozen=True)
class DevSet:
    """A dev file in plain words: the task, the rows, and the Hub's name of the data they come from."""

    task: str
    name: str
    hub: str


DEV_SETS = {
    "raw/wiki_dev.txt.xz": DevSet("fill-mask", "encyclopedia sentences, one word hidden", "wikipedia"),
    "ner/uner_ewt_dev.conll.xz": DevSet("token-classification", "web sentences (UNER)", "universalner/universal_ner"),
    "ner/btc_dev.conll.xz": DevSet("token-classification", "tweets (BTC)", "strombergnlp/broad_twitter_corpus"),
    "ner/wikigold_dev.conll.xz": DevSet("token-classification", "encyclopedia sentences (WikiGold)", "wikigold"),
    "qa/squad_dev.jsonl.xz": DevSet("question-answering", "SQuAD", "rajpurkar/squad_v2"),
    "qa/qamr_dev.jsonl.xz": DevSet("question-answering", "questions on single sentences (QAMR)", "qamr"),
    "sentiment/sst2_dev.jsonl.xz": DevSet("text-classification", "film sentences (SST-2)", "stanfordnlp/sst2"),
    "nli/snli_mnli_dev.jsonl.xz": DevSet("text-classification", "SNLI and MNLI", "stanfordnlp/snli"),
    "sts/stsb_dev.jsonl.xz": DevSet("sentence-similarity", "STS-B", "sentence-transformers/stsb"),
}
MEASURES = {  # of the table of scores: in plain words, and the Hub's name
    "top-1": ("right at once", "accuracy"),
    "top-5": ("right among five", "accuracy"),
    "span F1": ("F1 of names", "f1"),
    "F1 answerable": ("F1 of answers", "f1"),
    "answerable or not": ("answerable or not", "accuracy"),
    "accuracy": ("accuracy", "accuracy"),
    "Spearman": ("Spearman of the cosine", "spearmanr"),
}

CARD = """---
{front}
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

MEASURED = """---
{front}
---

# {name}

{summary} The weights and their own card are in the package; this card says what was measured of them here.

## Dev scores

Measured with `python -m recipes evaluate --data DIR` on these weights.

{table}
"""


def write_card(folder: Path, recipe: Recipe, row: Checkpoint, scores: Sequence[Score]) -> None:
    """Writes README.md into the adapter's folder."""
    last = json.loads((folder / "curve.json").read_text())[-1]
    text = CARD.format(
        front=front_matter(row, scores),
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
        scores=score_table(scores),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def write_scores(file: Path, row: Checkpoint, scores: Sequence[Score]) -> None:
    """Writes what was measured of a checkpoint whose weights and own card are in a package."""
    file.parent.mkdir(exist_ok=True)
    text = MEASURED.format(
        front=front_matter(row, scores), name=row.name, summary=row.summary, table=score_table(scores)
    )
    file.write_text(text, encoding="utf-8")


def refresh(file: Path, row: Checkpoint) -> None:
    """Writes the front matter of a card again, from the table of scores in its own text."""
    _, _, text = file.read_text(encoding="utf-8").removeprefix("---").partition("\n---\n")
    file.write_text(f"---\n{front_matter(row, read_table(row.id, text))}\n---\n{text}", encoding="utf-8")


def score_table(scores: Sequence[Score]) -> str:
    """The scores as Markdown."""
    rows = [f"| `{s.file}` | {s.measure} | {s.value:.4f} | {s.rows:,} |" for s in scores]
    return "\n".join(["| file | measure | score | rows |", "|---|---|---|---|", *rows])


def read_table(checkpoint: str, text: str) -> list[Score]:
    """The scores of a card's table."""
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| ([\d.]+) \| ([\d,]+) \|$", text, re.MULTILINE)
    return [
        Score(checkpoint, file, measure, float(value), None, int(count.replace(",", "")), 0.0)
        for file, measure, value, count in rows
    ]


def front_matter(row: Checkpoint, scores: Sequence[Score]) -> str:
    """Licence, language, base and the scores as the Hub's `model-index`, YAML."""
    adapter = row.source == "bundled"
    data = ModelCardData(
        license=row.licence.lower(),
        language="en",
        library_name="peft" if adapter else "sentence-transformers",
        base_model=MINILM if adapter else None,
        model_name=row.id,
        eval_results=[eval_result(score) for score in scores],
    )
    return data.to_yaml().strip()


def eval_result(score: Score) -> EvalResult:
    """A score as the Hub writes it."""
    dev, (measure, metric) = DEV_SETS[score.file], MEASURES[score.measure]
    return EvalResult(
        task_type=dev.task,
        dataset_type=dev.hub,
        dataset_name=dev.name,
        dataset_args={"file": score.file, "rows": score.rows},
        metric_type=metric,
        metric_name=measure,
        metric_value=round(score.value, 4),
    )
