"""What can be asked: one frozen request per task. All that can change an answer is in it, so it keys the cache."""

import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal, get_type_hints

Span = tuple[int, int]  # characters [start, end) of a text

GAP = "___"  # what anyone can type for a hidden word
PLACEHOLDER = re.compile(r"_{3,}|\[MASK\]|<mask>")  # a gap, or any family's mask token

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")  # as a reader sees it

Told = Callable[[int], None]  # what a request that waits is told: its place in the queue, 0 once it runs

Pooling = Literal["mean", "cls", "max"]
AggregationStrategy = Literal["none", "simple", "first", "average", "max"]


@dataclass(frozen=True)
class FillMaskRequest:
    """Words for each `___` (or the checkpoint's own mask token) in `text`."""

    text: str
    top_k: int = 5


@dataclass(frozen=True)
class CandidateRankingRequest:
    """The user's own `candidates` for the one `___` in `text`: words of any number of pieces."""

    text: str
    candidates: tuple[str, ...]


@dataclass(frozen=True)
class PseudoLikelihoodRequest:
    """How expected each piece of `text` is: hidden in turn, or with `hide` off read from the whole text at once."""

    text: str
    hide: bool = True
    top_k: int = 5


@dataclass(frozen=True)
class ReplacedTokenDetectionRequest:
    """How probable it is of each piece of `text` that it was swapped for the one that stood there."""

    text: str


@dataclass(frozen=True)
class TokenClassificationRequest:
    """Entities in `text`; `aggregation_strategy` joins pieces to words as in transformers."""

    text: str
    aggregation_strategy: AggregationStrategy = "first"


@dataclass(frozen=True)
class QuestionAnsweringRequest:
    """Up to `top_k` passages of `context` that answer `question`, none longer than `max_answer_tokens`."""

    question: str
    context: str
    top_k: int = 3
    max_answer_tokens: int = 30


@dataclass(frozen=True)
class FeatureExtractionRequest:
    """One vector for `text`: hidden states of `layer` (0 embeddings, -1 last) pooled; `normalize` to length one. With
    `every_layer` those of the other layers as well, from the same pass."""

    text: str
    pooling: Pooling = "mean"
    layer: int = -1
    normalize: bool = True
    every_layer: bool = False


@dataclass(frozen=True)
class SentenceSimilarityRequest:
    """The cosine of two texts under `pooling` of `layer`."""

    text_a: str
    text_b: str
    pooling: Pooling = "mean"
    layer: int = -1


@dataclass(frozen=True)
class WordInContextRequest:
    """The vectors of the first `word` in `text`, or of an inflected form of it."""

    word: str
    text: str


@dataclass(frozen=True)
class TextClassificationRequest:
    """Class probabilities of `text`, or of the pair (`text`, `text_pair`)."""

    text: str
    text_pair: str = ""


@dataclass(frozen=True)
class ZeroShotClassificationRequest:
    """Probabilities of the user's own `candidate_labels`; `{}` in `hypothesis_template` is the label."""

    text: str
    candidate_labels: tuple[str, ...]
    hypothesis_template: str = "This text is about {}."
    multi_label: bool = False


@dataclass(frozen=True)
class AttentionRequest:
    """Every attention weight of `text`, or of the pair (`text`, `text_pair`)."""

    text: str
    text_pair: str = ""


Request = (
    FillMaskRequest
    | CandidateRankingRequest
    | PseudoLikelihoodRequest
    | ReplacedTokenDetectionRequest
    | TokenClassificationRequest
    | QuestionAnsweringRequest
    | FeatureExtractionRequest
    | SentenceSimilarityRequest
    | WordInContextRequest
    | TextClassificationRequest
    | ZeroShotClassificationRequest
    | AttentionRequest
)


@dataclass(frozen=True)
class TextField:
    """A field of a request that holds the user's own words: one text, or with `several` a tuple of them."""

    name: str
    optional: bool
    several: bool


def text_fields(request: type[Any]) -> tuple[TextField, ...]:
    """The texts of a request in their order; what has a default that is not empty is an option and no text."""
    hints = get_type_hints(request)
    return tuple(
        TextField(field.name, field.default == "", hints[field.name] is not str)
        for field in fields(request)
        if hints[field.name] in (str, tuple[str, ...]) and field.default in (MISSING, "")
    )
