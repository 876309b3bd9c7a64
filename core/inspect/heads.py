"""What every attention head does, found on sentences whose relations are known.

After Clark et al. 2019, What Does BERT Look At?, arxiv.org/abs/1906.04341: a head is good at a relation if the most
attended word is the head of the word. Attention to special tokens and of a word to itself is ignored for that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import sqrt
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.errors import InputError, PlaygroundError
from core.inspect.attention import SPECIAL, merge, segments_of
from core.inspect.grammar import ParsedSentence
from core.jobs import State
from core.tasks.attention.schema import AttentionRequest, AttentionResult

PRONOUN = "pronoun-antecedent"
RELATIONS: Mapping[str, tuple[str, ...]] = {  # of Universal Dependencies, in which a preposition depends on its noun
    "subject-verb": ("nsubj",),
    "verb-object": ("obj",),
    "determiner-noun": ("det",),
    "adjective-noun": ("amod",),
    "possessive": ("nmod:poss",),
    "auxiliary": ("aux", "aux:pass"),
    "preposition": ("case",),
    PRONOUN: (),
}
PAPER: Mapping[
    str, tuple[float, float | None, str]
] = {  # BERT-base: best head, best offset; which relation it is there
    "subject-verb": (0.585, 0.455, "nsubj"),
    "verb-object": (0.868, 0.400, "dobj"),
    "determiner-noun": (0.943, 0.517, "det"),
    "possessive": (0.805, 0.477, "poss"),
    "auxiliary": (0.825, 0.405, "auxpass"),
    PRONOUN: (0.65, None, "coreference"),
}
TO_HEAD, FROM_HEAD = "dependent to head", "head to dependent"
DIRECTIONS = (TO_HEAD, FROM_HEAD)
OFFSETS = (-3, -2, -1, 1, 2, 3)  # words: where the head would always be
LEAST_SENTENCES = 20
SIZE = 5_000  # bytes that a sentence takes, about


@dataclass(frozen=True)
class RelationScore:
    """How often a head is right about a relation, of `n` words, with its standard error, beside the best fixed offset
    on the same words. `direction`: the most attended word is taken for the head (dependent to head), or the word that
    attends to it most (head to dependent). `layer` and `head` count from 1."""

    relation: str
    layer: int
    head: int
    direction: str
    accuracy: float
    error: float
    offset: int
    offset_accuracy: float
    n: int


@dataclass(frozen=True)
class HeadHabits:
    """Where the weight of a head goes, as shares of one, on average over the pieces of all texts: to the previous and
    the next piece, to the piece itself (`diagonal`), to the same piece elsewhere (`same`, over those that have one), to
    the first token, to the other special tokens (`separator`), to punctuation. `entropy` is in bits, `distance` in
    tokens. Special tokens are only attended to."""

    layer: int
    head: int
    previous: float
    next: float
    diagonal: float
    same: float
    first: float
    separator: float
    punctuation: float
    entropy: float
    distance: float


HABITS = ("previous", "next", "diagonal", "same", "first", "separator", "punctuation", "entropy", "distance")


@dataclass(frozen=True)
class HeadFindings:
    """Every head of a checkpoint: `relations` hold each relation, direction and head, the best head first; `heads` one
    row for each. `sentences`: how many were read; `cut`: how many were left out because they did not fit."""

    checkpoint: str
    relations: tuple[RelationScore, ...]
    heads: tuple[HeadHabits, ...]
    sentences: int
    cut: int

    def best(self, relation: str, direction: str = "", top_k: int = 1) -> tuple[RelationScore, ...]:
        """The best heads for a relation, in one direction or in either."""
        fits = (one for one in self.relations if one.relation == relation and direction in ("", one.direction))
        return tuple(sorted(fits, key=lambda one: -one.accuracy)[:top_k])


def find_heads(engine: Engine, checkpoint: str, sentences: Sequence[ParsedSentence]) -> HeadFindings:
    """What the heads of one checkpoint do; InputError if there are too few sentences, or none has a relation."""
    search = HeadSearch((checkpoint,), tuple(sentences))
    state = State(search.total)
    search.run(engine, None, state)
    (found,) = cast(tuple[HeadFindings, ...], state.result)
    return found


@dataclass(frozen=True)
class HeadSearch:
    """The head finder as a job: the weights of a sentence are counted as they come and then forgotten. `source` tells
    where the sentences are from: searches with the same source have the same ones."""

    checkpoints: tuple[str, ...]
    sentences: tuple[ParsedSentence, ...]
    source: str = ""

    @property
    def total(self) -> int:
        """Sentences times checkpoints."""
        return len(self.sentences) * len(self.checkpoints)

    @property
    def asked(self) -> tuple[tuple[str, ...], str]:
        """What tells it from other searches."""
        return self.checkpoints, self.source

    def run(self, engine: Engine, library: object, state: State) -> None:
        """Reads every sentence with one checkpoint after the other; the result has those that are through."""
        if len(self.sentences) < LEAST_SENTENCES:
            message = f"There are {len(self.sentences)} sentences; the head finder needs at least {LEAST_SENTENCES}."
            raise InputError(message, "Use a larger file.")
        found: list[HeadFindings] = []
        for checkpoint in self.checkpoints:
            tally = self._read(engine, checkpoint, state)
            if state.stop.is_set():
                return
            found.append(tally.findings(checkpoint))
            state.result = tuple(found)
            state.size = SIZE * (len(self.sentences) + len(found))

    def _read(self, engine: Engine, checkpoint: str, state: State) -> "Tally":
        """All sentences counted."""
        requests = (AttentionRequest(sentence.text) for sentence in self.sentences)
        results = engine.stream("attention", checkpoint, requests, state.stop.is_set)
        tally = Tally()
        for sentence, result in zip(self.sentences, results, strict=False):
            if isinstance(result, PlaygroundError):
                raise result
            tally.add(sentence, cast(AttentionResult, result))
            state.done += 1
        return tally


@dataclass
class Tally:
    """What has been counted so far, all (layers, heads): hits by relation and direction, hits of each offset and words
    by relation, sums of habits over pieces."""

    hits: dict[tuple[str, str], NDArray[np.int64]] = field(default_factory=dict)
    offsets: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    habits: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    pieces: int = 0
    repeated: int = 0
    sentences: int = 0
    cut: int = 0

    def add(self, sentence: ParsedSentence, result: AttentionResult) -> None:
        """Counts a sentence; one that did not fit as a whole is left out."""
        if result.provenance.unread:
            self.cut += 1
            return
        self.sentences += 1
        self._add_habits(result)
        starts, places = pieces_of_words(sentence, result)
        weights = result.attentions.astype(np.float32)
        own = merge(weights, starts)  # (layers, heads, groups, groups)
        own = own[:, :, places[:, None], places]  # (layers, heads, words, words)
        itself = np.arange(len(places))
        own[:, :, itself, itself] = -1
        towards = {TO_HEAD: own.argmax(-1), FROM_HEAD: own.argmax(-2)}  # (layers, heads, words)
        for relation, links in links_of(sentence).items():
            dependents, heads = links[:, 0], links[:, 1]
            self.words[relation] = self.words.get(relation, 0) + len(links)
            at = (heads[:, None] - dependents[:, None] == OFFSETS).sum(0)
            self.offsets[relation] = self.offsets.get(relation, 0) + at
            for direction, guess in towards.items():
                right = (guess[:, :, dependents] == heads).sum(-1)
                self.hits[relation, direction] = self.hits.get((relation, direction), 0) + right

    def _add_habits(self, result: AttentionResult) -> None:
        """Sums over the pieces of the text that attend; special tokens are only attended to."""
        segments = np.asarray(segments_of(result))
        queries = np.flatnonzero(segments != SPECIAL)
        weights = result.attentions[:, :, queries].astype(np.float32)  # (layers, heads, queries, key)
        keys = np.arange(len(segments))
        away = keys - queries[:, None]
        tokens = np.asarray(result.tokens)
        same = (tokens == tokens[queries, None]) & (away != 0)
        punctuation = np.asarray([not any(map(str.isalnum, label)) for label in result.labels]) & (segments != SPECIAL)
        others = (segments == SPECIAL) & (keys > 0)
        bits = -(weights * np.log2(np.where(weights > 0, weights, 1)))
        shares = {
            "previous": away == -1,
            "next": away == 1,
            "diagonal": away == 0,
            "same": same,
            "first": np.broadcast_to(keys == 0, away.shape),
            "separator": np.broadcast_to(others, away.shape),
            "punctuation": np.broadcast_to(punctuation, away.shape),
            "distance": np.abs(away),
        }
        found = {name: np.tensordot(weights, share.astype(np.float32), 2) for name, share in shares.items()}
        found["entropy"] = bits.sum((-1, -2))
        for name, sums in found.items():
            self.habits[name] = self.habits.get(name, 0.0) + sums.astype(np.float64)
        self.pieces += len(queries)
        self.repeated += int(same.any(-1).sum())

    def findings(self, checkpoint: str) -> HeadFindings:
        """The shares."""
        if not self.words:
            raise InputError("None of the relations occurs in the sentences.", "Use English Universal Dependencies.")
        counts = {name: max(1, self.repeated if name == "same" else self.pieces) for name in HABITS}
        means = {name: self.habits[name] / counts[name] for name in HABITS}
        layers, heads = means["first"].shape
        rows = tuple(
            HeadHabits(layer + 1, head + 1, **{name: float(mean[layer, head]) for name, mean in means.items()})
            for layer in range(layers)
            for head in range(heads)
        )
        scores = tuple(score for relation in RELATIONS if relation in self.words for score in self._scores(relation))
        return HeadFindings(checkpoint, scores, rows, self.sentences, self.cut)

    def _scores(self, relation: str) -> Iterator[RelationScore]:
        """Every head in both directions, the best first."""
        n = self.words[relation]
        best = int(self.offsets[relation].argmax())
        beside = OFFSETS[best], float(self.offsets[relation][best] / n), n
        shares = np.stack([self.hits[relation, direction] for direction in DIRECTIONS]) / n
        for place in np.argsort(-shares, axis=None, kind="stable"):
            direction, layer, head = np.unravel_index(place, shares.shape)
            share = float(shares[direction, layer, head])
            error = sqrt(share * (1 - share) / n)
            yield RelationScore(relation, int(layer) + 1, int(head) + 1, DIRECTIONS[direction], share, error, *beside)


def links_of(sentence: ParsedSentence) -> dict[str, NDArray[np.int64]]:
    """The links of each relation that occurs, each the places of the dependent and of its head, (links, 2); for a
    pronoun the head is its antecedent."""
    found: dict[str, list[tuple[int, int]]] = {}
    names = {name: relation for relation, all_names in RELATIONS.items() for name in all_names}
    for place, word in enumerate(sentence.words):
        if word.relation in names and word.head >= 0:
            found.setdefault(names[word.relation], []).append((place, word.head))
        if word.antecedent >= 0:
            found.setdefault(PRONOUN, []).append((place, word.antecedent))
    return {relation: np.asarray(links) for relation, links in found.items()}


def pieces_of_words(sentence: ParsedSentence, result: AttentionResult) -> tuple[list[int], NDArray[np.int64]]:
    """Where groups of tokens start, each a word of the sentence or a token that is of none; for every word the place of
    its group. A piece belongs to the word in which it begins; words that share their pieces share a group."""
    owner = np.full(len(sentence.text) + 1, -1)  # of each character: the first word that has it
    for n, word in reversed(list(enumerate(sentence.words))):
        owner[word.start : word.end] = n
    starts: list[int] = []
    group_of: dict[int, int] = {}
    last = -1
    for token, (start, end) in enumerate(result.offsets):
        place = int(owner[start]) if end > start else -1
        if place < 0 or place != last:
            starts.append(token)
        if place >= 0:
            group_of.setdefault(place, len(starts) - 1)
        last = place
    groups: list[int] = []
    for n, word in enumerate(sentence.words):
        shared = group_of.get(int(owner[word.start]), groups[-1] if groups else 0)
        groups.append(group_of.get(n, shared))
    return starts, np.asarray(groups)


def as_json(found: HeadFindings, top_k: int = 1) -> dict[str, Any]:
    """{"relations": the best heads of each relation and direction, "heads": all heads}"""
    names = dict.fromkeys(one.relation for one in found.relations)
    best = [asdict(one) for name in names for d in DIRECTIONS for one in found.best(name, d, top_k)]
    return {"relations": best, "heads": [asdict(one) for one in found.heads]}
