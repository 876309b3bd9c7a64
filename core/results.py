"""What comes back: one frozen result per task, plain values and arrays, each with its provenance.

Spans are characters of the text as typed, start inclusive, end exclusive. A `score` is a probability in [0, 1].
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import groupby
from math import log
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

TINY = 1e-30  # below this a probability counts as none
SWAPPED = 0.5  # a word looks swapped if that is more probable than not


@dataclass(frozen=True)
class Timing:
    """Milliseconds: waiting for the model's turn, text to ids, the forward passes, ids to answer."""

    queue_ms: float = 0.0
    tokenize_ms: float = 0.0
    forward_ms: float = 0.0
    decode_ms: float = 0.0

    @property
    def total_ms(self) -> float:
        """All four together."""
        return self.queue_ms + self.tokenize_ms + self.forward_ms + self.decode_ms


@dataclass(frozen=True)
class Unread:
    """A stretch of a text that was too long: how many tokens were not read, and the words that it begins with."""

    tokens: int
    begins: str


@dataclass(frozen=True)
class Provenance:
    """Where a result comes from and what it cost. `tokens` counts specials and windows; `unread` is what was cut."""

    checkpoint: str
    revision: str
    dtype: str
    device: str
    tokens: int
    timing: Timing
    unread: tuple[Unread, ...] = ()
    cached: bool = False


def total_cost(costs: Sequence[Provenance]) -> Provenance:
    """The cost of several results as one: tokens and times summed, the queue waited in once, cached if all were."""
    times = {field.name: sum(getattr(cost.timing, field.name) for cost in costs) for field in fields(Timing)}
    times["queue_ms"] = max(cost.timing.queue_ms for cost in costs)
    return replace(
        costs[0],
        tokens=sum(cost.tokens for cost in costs),
        timing=Timing(**times),
        unread=tuple(dict.fromkeys(part for cost in costs for part in cost.unread)),
        cached=all(cost.cached for cost in costs),
    )


@dataclass(frozen=True)
class Fill:
    """One word for a mask. Where a piece continues the word that the mask follows directly, `text` is the whole word,
    whose first `joined` characters stand before the mask."""

    text: str
    score: float
    token_id: int
    joined: int = 0


@dataclass(frozen=True)
class MaskFills:
    """The best words for the mask at text[start:end], best first; `entropy` in bits over the whole vocabulary.

    `left_out`: tokens that are no words there, such as endings, though more probable than the last of `fills`."""

    start: int
    end: int
    fills: tuple[Fill, ...]
    entropy: float
    left_out: int = 0

    @property
    def rest(self) -> float:
        """The probability of everything that is not among `fills`."""
        return max(0.0, 1 - sum(fill.score for fill in self.fills))


@dataclass(frozen=True)
class FillMaskResult:
    """Each mask filled on its own, in text order."""

    text: str
    masks: tuple[MaskFills, ...]
    provenance: Provenance


@dataclass(frozen=True)
class Candidate:
    """A word in the gap: the natural logarithm of its probability, and its share (`score`) among all candidates."""

    text: str
    pieces: tuple[str, ...]
    log_probability: float
    score: float


@dataclass(frozen=True)
class CandidateRankingResult:
    """The candidates for the gap at text[start:end], most probable first."""

    text: str
    start: int
    end: int
    candidates: tuple[Candidate, ...]
    provenance: Provenance


@dataclass(frozen=True)
class ScoredPiece:
    """A piece of the text, of its word number `word`: the natural logarithm of its probability in its place, its rank
    (from 1) in the vocabulary, the entropy there in bits, and what was expected instead, best first."""

    token: str
    start: int
    end: int
    word: int
    log_probability: float
    rank: int
    entropy: float
    fills: tuple[Fill, ...]


@dataclass(frozen=True)
class PseudoLikelihoodResult:
    """Every piece of the text in its order."""

    text: str
    pieces: tuple[ScoredPiece, ...]
    provenance: Provenance

    @property
    def words(self) -> tuple[tuple[ScoredPiece, ...], ...]:
        """The pieces of each word."""
        return by_word(self.pieces)

    @property
    def log_likelihood(self) -> float:
        """The sum over all pieces: the pseudo-log-likelihood of the text, natural logarithm."""
        return sum(piece.log_probability for piece in self.pieces)


@dataclass(frozen=True)
class JudgedToken:
    """text[start:end], a piece of word number `word`; `score` is the probability that it was swapped."""

    start: int
    end: int
    text: str
    word: int
    score: float


@dataclass(frozen=True)
class ReplacedTokenDetectionResult:
    """Every piece of the text in its order, special tokens left out."""

    text: str
    tokens: tuple[JudgedToken, ...]
    provenance: Provenance

    @property
    def words(self) -> tuple[JudgedToken, ...]:
        """Each word as one token, as suspicious as the most suspicious of its pieces."""
        return tuple(self._joined(pieces) for pieces in by_word(self.tokens))

    @property
    def suspects(self) -> tuple[JudgedToken, ...]:
        """The words that look swapped, in text order."""
        return tuple(word for word in self.words if word.score > SWAPPED)

    @property
    def most_suspicious(self) -> JudgedToken | None:
        """The word with the highest score, whether it looks swapped or not; None where the text has no piece."""
        return max(self.words, key=lambda word: word.score, default=None)

    def _joined(self, pieces: Sequence[JudgedToken]) -> JudgedToken:
        start, end = pieces[0].start, pieces[-1].end
        return JudgedToken(start, end, self.text[start:end], pieces[0].word, max(piece.score for piece in pieces))


Piece = TypeVar("Piece", ScoredPiece, JudgedToken)


def by_word(pieces: Sequence[Piece]) -> tuple[tuple[Piece, ...], ...]:
    """The pieces of each word."""
    return tuple(tuple(group) for _, group in groupby(pieces, key=lambda piece: piece.word))


@dataclass(frozen=True)
class Entity:
    """text[start:end] is a name of kind `entity_group`."""

    entity_group: str
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True)
class LabelledToken:
    """The best label of one piece, before pieces are joined."""

    token: str
    start: int
    end: int
    label: str
    score: float


@dataclass(frozen=True)
class TokenClassificationResult:
    """Entities in text order, and the pieces they were joined from."""

    text: str
    entities: tuple[Entity, ...]
    tokens: tuple[LabelledToken, ...]
    provenance: Provenance


@dataclass(frozen=True)
class Answer:
    """context[start:end] answers the question."""

    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class PassageWindow:
    """context[start:end] went through the model together; the score of its best answer, a share like that of any
    answer, and how probable it is that this part alone has none."""

    start: int
    end: int
    score: float
    no_answer_score: float


@dataclass(frozen=True)
class QuestionAnsweringResult:
    """Answers that do not overlap, best first; “no answer” wins if `no_answer_score` is above the first score.

    All scores are shares of one whole: every span of every window, and “no answer”. `offsets` are the characters of
    each piece of the context, (pieces, 2); `starts` and `ends`, (pieces,), the probability that an answer starts or
    ends there, the sum over all such spans: each adds up to one less `no_answer_score`.
    """

    question: str
    context: str
    answers: tuple[Answer, ...]
    no_answer_score: float
    windows: tuple[PassageWindow, ...]
    offsets: NDArray[np.int32]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    provenance: Provenance

    @property
    def best(self) -> Answer | None:
        """The winning answer, or None where “no answer” wins."""
        first = self.answers[0] if self.answers else None
        return first if first and first.score >= self.no_answer_score else None

    @property
    def margin(self) -> float:
        """The natural logarithm of how many times the best answer is as probable as “no answer”."""
        first = self.answers[0].score if self.answers else 0.0
        return log(max(first, TINY)) - log(max(self.no_answer_score, TINY))


@dataclass(frozen=True)
class FeatureExtractionResult:
    """The vector of a text, float32, shape (hidden,); if they were asked for, those of all `layers`, (layers + 1,
    hidden), embeddings first."""

    text: str
    embedding: NDArray[np.float32]
    provenance: Provenance
    layers: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class SentenceSimilarityResult:
    """`similarity` is the cosine of the two vectors, in [-1, 1]; not a probability."""

    text_a: str
    text_b: str
    similarity: float
    provenance: Provenance


@dataclass(frozen=True)
class WordInContextResult:
    """text[start:end] is the word; `embeddings`, float32, (layers + 1, hidden), its mean piece, layer 0 first."""

    text: str
    word: str
    start: int
    end: int
    embeddings: NDArray[np.float32]
    provenance: Provenance


@dataclass(frozen=True)
class LabelScore:
    """A class and its probability."""

    label: str
    score: float


@dataclass(frozen=True)
class TextClassificationResult:
    """All classes, most probable first. Also the result of zero-shot classification."""

    text: str
    labels: tuple[LabelScore, ...]
    provenance: Provenance


@dataclass(frozen=True)
class AttentionResult:
    """`attentions` is float16, (layers, heads, query, key); each row sums to one. Special tokens have empty offsets.

    `tokens` are as the vocabulary writes them, `labels` as a reader would, `##` before those that continue a word."""

    tokens: tuple[str, ...]
    labels: tuple[str, ...]
    offsets: tuple[tuple[int, int], ...]
    attentions: NDArray[np.float16]
    provenance: Provenance


Result = (
    FillMaskResult
    | CandidateRankingResult
    | PseudoLikelihoodResult
    | ReplacedTokenDetectionResult
    | TokenClassificationResult
    | QuestionAnsweringResult
    | FeatureExtractionResult
    | SentenceSimilarityResult
    | WordInContextResult
    | TextClassificationResult
    | AttentionResult
)
