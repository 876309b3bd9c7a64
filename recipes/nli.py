"""minilm-nli: does one sentence follow from another? Also the engine of zero-shot classification."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from transformers import BertForSequenceClassification, PreTrainedTokenizerBase

from core.training.examples import Example, Sequences, room, segments
from core.training.objectives.classification import class_loss
from recipes.corpora import Record, read_jsonl
from recipes.recipe import Recipe

FILES = ("nli/snli_mnli_train.jsonl.xz", "nli/rte_train.jsonl.xz")
OF_ONE_KIND = ("nli/help_and_or_train.jsonl.xz", "nli/breaking_nli_train.jsonl.xz")
MOST = 1500  # rows of each of these, so that they do not outweigh the others
LABELS = ("entailment", "neutral", "contradiction")
NOT_ENTAILMENT = 3  # a two-way row: neutral or contradiction, nobody said which
LONGEST = 192  # tokens


def read_pairs(data: Path, tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """Those of FILES."""
    return encode([row for file in FILES for row in read_jsonl(data / file)], tokenizer)


def read_more_pairs(data: Path, tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """Those of FILES, and some of each of OF_ONE_KIND."""
    rows = [row for file in FILES for row in read_jsonl(data / file)]
    return encode([*rows, *(row for file in OF_ONE_KIND for row in some(read_jsonl(data / file)))], tokenizer)


def some(rows: Sequence[Record]) -> Sequence[Record]:
    """MOST of the rows, drawn at random."""
    return [rows[n] for n in sorted(np.random.default_rng(5).choice(len(rows), MOST, replace=False))]


def encode(rows: Sequence[Record], tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """Premise and hypothesis with the index of the label, or NOT_ENTAILMENT."""
    names = (*LABELS, "not_entailment")
    encoded = tokenizer(
        [r["premise"] for r in rows],
        [r["hypothesis"] for r in rows],
        truncation="only_first",
        max_length=room(tokenizer, LONGEST),
    )
    return Sequences(
        [
            Example(ids, types, (names.index(row["label"]),))
            for ids, types, row in zip(encoded["input_ids"], segments(encoded), rows, strict=True)
        ]
    )


loss = partial(class_loss, either=(LABELS.index("neutral"), LABELS.index("contradiction")))

RECIPE = Recipe(
    name="minilm-nli",
    model_class=BertForSequenceClassification,
    examples=read_more_pairs,
    loss=loss,
    files=(*FILES, *OF_ONE_KIND),
    steps=1800,
    batch_tokens=2048,
    learning_rate=1e-3,
    rank=32,
    heads=("pooler", "classifier"),
    labels=LABELS,
    limits="English only; trained on short premises from image captions and everyday prose. Long texts and whatever "
    "takes knowledge of the world mislead it.",
)
