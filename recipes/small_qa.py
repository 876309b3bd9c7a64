"""Answers on a small base: the recipe of minilm-qa with simpler lessons first, then real questions.

A network of four layers does not look for the question's words by itself: in trials at rank 64 mini-bert's loss after
300 steps was 3.00 on people's questions about single sentences, and 1.60 on questions made of the sentence.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from transformers import PreTrainedTokenizerBase

from core.training.examples import Sequences
from recipes.cloze import cloze
from recipes.corpora import Record, read_jsonl
from recipes.qa import EVERY_NTH_SENTENCE, RECIPE, SENTENCES, encode_all, read_passages, with_another_passage
from recipes.recipe import Lesson

ANOTHER_PASSAGE = 0.3  # share of questions that are read once more, with another passage of their article


def clozes_of_sentences(data: Path, tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """Questions made from the one sentence that is their passage."""
    return clozes(read_jsonl(data / SENTENCES), tokenizer)


def clozes_of_passages(data: Path, tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """Questions made from a sentence of their passage."""
    return clozes((row for row in read_passages(data) if not row["is_impossible"]), tokenizer)


def clozes(rows: Iterable[Record], tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """Windows of what can be made a question of."""
    rng = np.random.default_rng(5)
    return encode_all([made for made in (cloze(row, rng) for row in rows) if made], rng, tokenizer)


def read_questions(data: Path, tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """Real questions; some are read once more with another passage of their article."""
    rng = np.random.default_rng(5)
    rows = read_passages(data)
    rows += [row for row in with_another_passage(rows, rng, ANOTHER_PASSAGE) if row]
    return encode_all(rows + read_jsonl(data / SENTENCES)[::EVERY_NTH_SENTENCE], rng, tokenizer)


SMALL = replace(
    RECIPE,
    examples=read_questions,
    lessons=(Lesson(clozes_of_sentences, 300), Lesson(clozes_of_passages, 300)),
    steps=3200,
    batch_tokens=2048,
    learning_rate=2e-3,
    rank=32,
    dropout=0.0,  # each question is read once or twice
    finish=None,  # the `no_answer_bias` that is best for a weak network hardly ever says “no answer”
)
