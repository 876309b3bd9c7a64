"""What Compare needs to know about each task, one row each: its picture, and when a row's answers count as the same."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.agreement.basis import Odd
from pages.ui.render import answers, heads, similarity, texts, words


@dataclass(frozen=True)
class Picture:
    """`draw` takes a result and what to mark in it. Rows of files agree if they say the same in the column `verdict` of
    their summary, or where that is a number or there is none, if their numbers are close; `same` is that in words."""

    draw: Callable[[Any, Odd], None]
    same: str
    verdict: str = ""
    example: str = ""  # a file of assets/ to try; else the examples of the task


NUMBERS = "their numbers overlap by 95% or more"
PICTURES = {  # the first is what the page opens with
    "fill-mask": Picture(words.mask_fills, "the best word of every gap is the same", "fill"),
    "candidate-ranking": Picture(words.candidates, "the best word is the same", "best"),
    "pseudo-likelihood": Picture(words.expectedness, "the least expected word is the same", "least_expected"),
    "replaced-token-detection": Picture(words.swaps, "the same words look swapped", "swapped"),
    "token-classification": Picture(words.entities, "the names and their types are the same", "entities"),
    "question-answering": Picture(answers.answers, "the answer is the same, or neither has one", "answer"),
    "text-classification": Picture(texts.labels, "the most probable class is the same", "label", "reviews.csv"),
    "zero-shot-classification": Picture(texts.labels, "the most probable label is the same", "label", "topics.csv"),
    "sentence-similarity": Picture(similarity.similarity, NUMBERS, "similarity"),
    "feature-extraction": Picture(texts.vector, NUMBERS),
    "word-in-context": Picture(texts.word_vectors, NUMBERS),
    "attention": Picture(heads.overview, NUMBERS),
}
