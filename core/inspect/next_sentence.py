"""Next-sentence prediction over documents: does a model know order, or only whether the topic changes?

Devlin et al. 2019 (arxiv.org/abs/1810.04805) took the sentences that do not follow from other documents.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

import numpy as np

from core.engine import Engine
from core.errors import InputError, PlaygroundError
from core.inspect.claims.claim import share_error
from core.jobs import State, Stopped
from core.paths import ASSETS
from core.provenance import Row
from core.tasks.next_sentence_prediction.schema import FOLLOWS, NextSentencePredictionRequest
from core.tasks.text_classification.schema import TextClassificationResult

PairKind = Literal["follows", "elsewhere", "same document", "swapped"]
KINDS: tuple[PairKind, ...] = ("follows", "elsewhere", "same document", "swapped")
MOST_SENTENCES = 1000
SEED = 1
Document = tuple[str, ...]  # its sentences in order


@dataclass(frozen=True)
class SentencePair:
    """Two sentences; only those of the kind `follows` follow each other."""

    kind: PairKind
    text_a: str
    text_b: str


@dataclass(frozen=True)
class AnsweredPair:
    """A pair and the probability that a checkpoint gives to “B follows A”."""

    pair: SentencePair
    follows: float

    @property
    def right(self) -> bool:
        """Whether the more probable answer is true."""
        return (self.follows > 0.5) == (self.pair.kind == "follows")


@dataclass(frozen=True)
class KindScore:
    """Over the `pairs` of a kind: the share that is `right`, its standard error, the mean probability of “B follows
    A”."""

    kind: PairKind
    pairs: int
    right: float
    error: float
    follows: float


@cache
def own_documents() -> tuple[Document, ...]:
    """The bundled documents."""
    rows = tomllib.loads((ASSETS / "documents.toml").read_text(encoding="utf-8"))["document"]
    return tuple(tuple(row["text"].strip().splitlines()) for row in rows)


def read_documents(text: str) -> tuple[Document, ...]:
    """The documents of a text: a sentence on each line, an empty line between two documents."""
    blocks = "\n".join(line.strip() for line in text.strip().splitlines()).split("\n\n")
    documents = tuple(tuple(filter(None, block.splitlines())) for block in blocks)
    found = tuple(one for one in documents if one)
    if len(found) < 2 or not any(len(one) > 1 for one in found):
        message = f"There {'is 1 document' if len(found) == 1 else f'are {len(found)} documents'}."
        raise InputError(
            message, "Two are needed, one with two sentences: a sentence on each line, an empty line between documents."
        )
    if (count := sum(map(len, found))) > MOST_SENTENCES:
        raise InputError(f"There are {count:,} sentences; up to {MOST_SENTENCES:,} are allowed.", "Leave some out.")
    return found


def make_pairs(documents: Sequence[Document], seed: int = SEED) -> tuple[SentencePair, ...]:
    """Of every two sentences that follow each other: themselves, the other way round, and the first with a sentence of
    another document and with one of its own that stands elsewhere."""
    rng = np.random.default_rng(seed)
    pairs = []
    for number, document in enumerate(documents):
        others = [sentence for n, one in enumerate(documents) if n != number for sentence in one]
        for n, (first, second) in enumerate(zip(document, document[1:], strict=False)):
            pairs.append(SentencePair("follows", first, second))
            pairs.append(SentencePair("swapped", second, first))
            pairs.append(SentencePair("elsewhere", first, others[rng.integers(len(others))]))
            apart = [sentence for m, sentence in enumerate(document) if abs(m - n) > 1]
            if apart:
                pairs.append(SentencePair("same document", first, apart[rng.integers(len(apart))]))
    return tuple(pairs)


@dataclass(frozen=True)
class PairsRun:
    """Asks a checkpoint about all pairs of these documents."""

    checkpoint: str
    documents: tuple[Document, ...]

    @property
    def total(self) -> int:
        """Pairs."""
        return len(make_pairs(self.documents))

    def run(self, engine: Engine, library: object, state: State) -> None:
        """A tuple of AnsweredPair stands in `state.result` at the end."""
        pairs = make_pairs(self.documents)
        requests = [NextSentencePredictionRequest(one.text_a, one.text_b) for one in pairs]
        found = []
        for result in engine.stream("next-sentence-prediction", self.checkpoint, requests, state.stop.is_set):
            if isinstance(result, PlaygroundError):
                raise result
            found.append(follows(cast(TextClassificationResult, result)))
            state.done += 1
        if len(found) < len(pairs):
            raise Stopped
        state.result = tuple(AnsweredPair(*one) for one in zip(pairs, found, strict=True))
        state.size = 1_000 * len(pairs)


def follows(result: TextClassificationResult) -> float:
    """The probability of “B follows A”."""
    return next((one.score for one in result.labels if one.label == FOLLOWS), 0.0)


def score_kinds(judged: Sequence[AnsweredPair]) -> list[KindScore]:
    """How well each kind of pair is recognised."""
    found = []
    for kind in KINDS:
        some = [one for one in judged if one.pair.kind == kind]
        if some:
            right = sum(one.right for one in some) / len(some)
            mean = float(np.mean([one.follows for one in some]))
            found.append(KindScore(kind, len(some), right, share_error(right, len(some)), mean))
    return found


def pair_rows(judged: Sequence[AnsweredPair]) -> list[Row]:
    """One row for each pair."""
    return [
        {"kind": one.pair.kind, "text_a": one.pair.text_a, "text_b": one.pair.text_b, "follows": one.follows}
        | {"right": one.right}
        for one in judged
    ]
