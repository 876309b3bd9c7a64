"""Questions that a passage does not answer, made from questions that it does: the sentence of the answer goes, another
passage takes its place, or the question asks the same of what another passage is about.
"""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from core.text.spans import Span
from recipes.corpora import SENTENCE_END, Record, split_sentences

SHORTEST_SUBJECT = 4  # letters of a word that is not a name
NAME = re.compile(r"(?<=[a-z0-9,;:] )[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})*")  # inside a sentence: the first word misleads
THING = re.compile(rf"\b(?:the|a|an|his|her|its|their|our|my) ([a-z]{{{SHORTEST_SUBJECT},}})\b")


def without_answer(row: Record) -> Record | None:
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


def of_another_passage(row: Record, passages: Sequence[str]) -> Record | None:
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


def sentence_spans(text: str) -> list[Span]:
    """Where the sentences of a text stand."""
    stops = [0, *(found.end() for found in SENTENCE_END.finditer(text)), len(text)]
    return [(start, len(text[:end].rstrip())) for start, end in zip(stops, stops[1:], strict=False) if start < end]


def shortened(row: Record, rng: np.random.Generator) -> Record:
    """The row with one to three neighbouring sentences of its passage: with the answer, or, where there is none, those
    that share most words with the question.
    """
    spans = sentence_spans(row["context"])
    count = min(int(rng.integers(1, 4)), len(spans))
    if row["is_impossible"]:
        question = words(row["question"])
        shared = [len(question & words(row["context"][start:end])) for start, end in spans]
        place = behind = int(np.argmax(shared))
    else:
        start = row["answers"]["answer_start"][0]
        end = start + len(row["answers"]["text"][0])
        place = max(n for n, span in enumerate(spans) if span[0] <= start)
        behind = max(n for n, span in enumerate(spans) if span[0] < end)
    first = max(0, min(place - int(rng.integers(count)), len(spans) - count))
    last = max(first + count - 1, behind)
    return cut(row, spans[first][0], spans[last][1])


def cut(row: Record, start: int, end: int) -> Record:
    """The row with this part of its passage; answers outside it go."""
    kept = [
        (text, place - start)
        for text, place in zip(row["answers"]["text"], row["answers"]["answer_start"], strict=True)
        if start <= place and place + len(text) <= end
    ]
    answers = {"text": [text for text, _ in kept], "answer_start": [place for _, place in kept]}
    return row | {"context": row["context"][start:end], "answers": answers}


def beside_answer(row: Record, rng: np.random.Generator) -> Record | None:
    """The row with one to three neighbouring sentences that do not have the answer; None if there are none."""
    answer, spans = row["answers"]["text"][0], sentence_spans(row["context"])
    count = int(rng.integers(1, 4))
    runs = [row["context"][a[0] : b[1]] for a, b in zip(spans, spans[count - 1 :], strict=False)]
    without = [run for run in runs if answer not in run]
    return row | {"context": without[rng.integers(len(without))], "is_impossible": True} if without else None


def of_another_subject(row: Record, other: Record, rng: np.random.Generator) -> Record | None:
    """What the row asks, asked of a name or thing that the passage of `other` is about, with that passage: None if the
    two have no names, and no things, to exchange, or if that passage has the answer.

    Its words are those of the passage and its answer is missing, as when someone asks what a text leaves out.
    """
    if row["answers"]["text"][0].lower() in other["context"].lower():
        return None
    for kind in (NAME, THING):
        asked = [name for name in subjects(kind, row["question"]) if name in row["context"]]
        told = [name for name in subjects(kind, other["context"]) if name not in row["question"]]
        if asked and told:
            question = exchange(row["question"], asked[-1], told[rng.integers(len(told))])
            return row | {"context": other["context"], "question": question, "is_impossible": True}
    return None


def renamed(row: Record, other: Record, rng: np.random.Generator) -> Record | None:
    """The row with a name of its question and passage exchanged for one of another passage; None if there are none.

    It keeps its answer, so that a name from elsewhere is no sign that there is none.
    """
    asked = [name for name in subjects(NAME, row["question"]) if name in row["context"]]
    told = [name for name in subjects(NAME, other["context"]) if name not in row["context"]]
    answer, start = row["answers"]["text"][0], row["answers"]["answer_start"][0]
    asked = [name for name in asked if name not in answer and answer not in name]
    if not asked or not told:
        return None
    old, new = asked[-1], told[rng.integers(len(told))]
    before = exchange(row["context"][:start], old, new)
    context = before + answer + exchange(row["context"][start + len(answer) :], old, new)
    answers = {"text": [answer], "answer_start": [len(before)]}
    return row | {"context": context, "question": exchange(row["question"], old, new), "answers": answers}


def subjects(kind: re.Pattern[str], text: str) -> list[str]:
    """The different names, or things, of a text, in order."""
    return list(dict.fromkeys(found[kind.groups] for found in kind.finditer(text)))


def exchange(text: str, old: str, new: str) -> str:
    """The text with one name for the other, where it is a word of its own."""
    return re.sub(rf"\b{re.escape(old)}\b", new, text)
