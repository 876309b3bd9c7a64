"""Questions that a passage does not answer, made from questions that it does: the sentence of the answer goes, or
another passage takes its place.
"""

import re
from collections.abc import Sequence
from functools import cache

from recipes.corpora import Row, split_sentences


def without_answer(row: Row) -> Row | None:
    """The row with its passage less the sentence that answers; None if another sentence has the answer too."""
    answer, start = row["answers"]["text"][0], row["answers"]["answer_start"][0]
    sentences, position = split_sentences(row["context"]), 0
    for n, sentence in enumerate(sentences):
        position = row["context"].index(sentence, position)
        if position <= start < position + len(sentence):
            rest = " ".join(sentences[:n] + sentences[n + 1 :])
            return None if not rest or answer in rest else row | {"context": rest, "is_impossible": True}
        position += len(sentence)
    return None


def of_another_passage(row: Row, passages: Sequence[str]) -> Row | None:
    """The row with that of `passages` which shares most words with the question and lacks the answer; None if none."""
    answer = row["answers"]["text"][0].lower()
    question = words(row["question"])
    others = [passage for passage in passages if answer not in passage.lower()]
    if not others:
        return None
    return row | {"context": max(others, key=lambda passage: len(question & words(passage))), "is_impossible": True}


@cache
def words(text: str) -> frozenset[str]:
    """The words of a text in lower case, the short ones left out, which are mostly of grammar."""
    return frozenset(word for word in re.findall(r"\w+", text.lower()) if len(word) > 3)
