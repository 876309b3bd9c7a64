"""Questions made from a passage's own sentences, as a first lesson: the answer is where the question's words are."""

from collections.abc import Sequence

import numpy as np

from recipes.corpora import Record, split_sentences

GAP = "what"  # stands for the answer
DROPPED = 0.3  # share of the other words that are left out
AROUND = 12  # words on each side of the answer that are kept at most


def cloze(row: Record, rng: np.random.Generator) -> Record | None:
    """The row with the sentence of its answer for a question; None if the answer crosses a sentence boundary."""
    answer, start = row["answers"]["text"][0], row["answers"]["answer_start"][0]
    position = 0
    for sentence in split_sentences(row["context"]):
        position = row["context"].index(sentence, position)
        end = position + len(sentence)
        if position <= start and start + len(answer) <= end:
            left = some_words(row["context"][position:start], rng)
            right = some_words(row["context"][start + len(answer) : end], rng)
            return row | {"question": " ".join([*left[-AROUND:], GAP, *right[:AROUND]])}
        position = end
    return None


def some_words(text: str, rng: np.random.Generator) -> Sequence[str]:
    """Most of its words, in order."""
    return [word for word in text.split() if rng.random() > DROPPED]
