"""What Compare needs to know about each task, one row each: its picture, when a row's answers count as the same, and
what the page opens with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.comparison.agreement import Odd
from pages.ui.examples import examples
from pages.ui.render import answers, heads, similarity, texts, words


@dataclass(frozen=True)
class Picture:
    """`draw` takes a result and what to mark in it. Rows of files agree if they say the same in the column `verdict` of
    their summary, or where that is a number or there is none, if their numbers are close; `same` is that in words.

    `models` are chosen at first: of two families where their answers can be laid side by side, else the first two that
    can do the task. `inputs` are the examples that A and B open with, else the first two.
    """

    draw: Callable[[Any, Odd], None]
    same: str
    verdict: str = ""
    example: str = ""  # a file of assets/ to try; else the examples of the task
    models: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()

    def opening(self, topic: str) -> tuple[int, int]:
        """The numbers of the examples that A and B open with."""
        names = [one["name"] for one in examples(topic)]
        return (names.index(self.inputs[0]), names.index(self.inputs[1])) if self.inputs else (0, 1)


NUMBERS = "their numbers overlap by 95% or more"
WORDS = ("minilm-fill-mask", "mini-roberta")
SHE_OR_HE = ("A nurse: she or he?", "An engineer: she or he?")
PICTURES = {  # the first is what the page opens with
    "fill-mask": Picture(
        words.mask_fills, "the best word of every gap is the same", "fill", models=WORDS, inputs=SHE_OR_HE
    ),
    "candidate-ranking": Picture(words.candidates, "the best word is the same", "best", models=WORDS, inputs=SHE_OR_HE),
    "pseudo-likelihood": Picture(
        words.expectedness, "the least expected word is the same", "least_expected", models=WORDS
    ),
    "replaced-token-detection": Picture(
        words.swaps,
        "the same words look swapped",
        "swapped",
        models=("minilm-swaps", "mini-electra"),
        inputs=("A swapped noun", "Nothing swapped"),
    ),
    "next-sentence-prediction": Picture(texts.labels, "the more probable answer is the same", "label"),
    "token-classification": Picture(
        words.entities, "the names and their types are the same", "entities", models=("minilm-ner", "mini-deberta-ner")
    ),
    "question-answering": Picture(
        answers.answers, "the answer is the same, or neither has one", "answer", models=("minilm-qa", "mini-deberta-qa")
    ),
    "text-classification": Picture(
        texts.labels,
        "the most probable class is the same",
        "label",
        "reviews.csv",
        models=("minilm-sentiment", "mini-deberta-sentiment"),
    ),
    "zero-shot-classification": Picture(
        texts.labels,
        "the most probable label is the same",
        "label",
        "topics.csv",
        models=("minilm-nli", "mini-deberta-nli"),
    ),
    "sentence-similarity": Picture(similarity.similarity, NUMBERS, "similarity", models=("minilm", "mini-deberta")),
    "feature-extraction": Picture(texts.vector, NUMBERS),
    "word-in-context": Picture(texts.word_vectors, NUMBERS),
    "attention": Picture(heads.overview, NUMBERS),
}
