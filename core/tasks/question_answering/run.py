"""question-answering: the spans of a passage that answer a question, or none; long passages go in windows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.special import logsumexp

from core.errors import InputError
from core.models.encoding import Encoding
from core.models.model import LoadedModel
from core.models.tokenizer import Tokenizer
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.question_answering.schema import (
    Answer,
    PassageWindow,
    QuestionAnsweringRequest,
    QuestionAnsweringResult,
)
from core.tasks.spec import check_number
from core.text.spans import Span
from core.text.windows import windows

WINDOW = 384  # tokens of one row, the length used in training
OVERLAP = 128  # pieces of the passage that neighbouring windows share
LONGEST_QUESTION = 128  # pieces, or half of the context length if that is less

Logits = NDArray[np.float32]  # (2, tokens): start and end


@dataclass(frozen=True)
class Plan:
    """The characters of each piece of the passage, and the piece with which each window begins."""

    offsets: tuple[Span, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True)
class ScoredSpan:
    """A span of the passage and the sum of its start and end logits."""

    start: int
    end: int
    logit: float


def encode(request: QuestionAnsweringRequest, model: LoadedModel) -> Encoded:
    """One row per window: the whole question, then a stretch of the passage."""
    check_number(request.top_k, "top_k", 1, 20)
    check_number(request.max_answer_tokens, "max_answer_tokens", 1, 200)
    return cut(model.tokenizer, request.question, request.context)


def cut(tokenizer: Tokenizer, asked: str, passage: str) -> Encoded:
    """Question and passage in windows; InputError for a question that is too long or a passage without words."""
    question, context = tokenizer.pieces(asked), tokenizer.pieces(passage)
    longest = min(LONGEST_QUESTION, tokenizer.room(pair=True) // 2)
    if len(question) > longest:
        message = f"The question has {len(question)} tokens; up to {longest} are allowed."
        raise InputError(message, "Ask in one sentence and move the rest to the passage.")
    if not context.whole_words():
        raise InputError("The passage has no readable words.", "Paste the text that should contain the answer.")
    room = tokenizer.room(pair=True) - max(0, tokenizer.context_length - WINDOW) - len(question)
    found = windows(len(context), room, OVERLAP)
    plan = Plan(context.offsets, tuple(w.start for w in found))
    return Encoded(tuple(tokenizer.join(question, context[w.start : w.end]) for w in found), plan=plan)


def forward(model: LoadedModel, batch: Batch) -> Sequence[Logits]:
    """Start and end logits of every position of each row."""
    output = model.model(**batch.inputs)
    starts, ends = output.start_logits.float().cpu().numpy(), output.end_logits.float().cpu().numpy()
    return [np.stack([starts[n], ends[n]])[:, : len(row.encoding)] for n, row in enumerate(batch.rows)]


def decode(answered: Answered[QuestionAnsweringRequest]) -> QuestionAnsweringResult:
    """The best spans that do not overlap; scores are shares of all spans of all windows and of “no answer”."""
    request, rows = answered.request, list(zip(answered.encoded.encodings, answered.outputs, strict=True))
    bias = float(getattr(answered.model.config, "no_answer_bias", 0.0))
    nones = [float(logits[:, 0].sum()) + bias for _, logits in rows]
    spans = [span_logits(encoding, logits, request.max_answer_tokens) for encoding, logits in rows]
    sums = [logsumexp(s.astype(np.float64)) for s in spans]
    total = float(np.logaddexp.reduce([min(nones), *sums]))
    found = [c for (encoding, _), s in zip(rows, spans, strict=True) for c in candidates(encoding, s, request.top_k)]
    answers = tuple(
        Answer(request.context[c.start : c.end], c.start, c.end, share(c.logit, total))
        for c in without_overlaps(found)[: request.top_k]
    )
    starts, ends = boundaries(answered.encoded.plan, [np.exp(s - total) for s in spans])
    return QuestionAnsweringResult(
        question=request.question,
        context=request.context,
        answers=answers,
        no_answer_score=share(min(nones), total),
        windows=tuple(
            PassageWindow(*window_span(encoding), share(s.max(), total), share(none, np.logaddexp(none, of_spans)))
            for (encoding, _), s, none, of_spans in zip(rows, spans, nones, sums, strict=True)
        ),
        offsets=np.array(answered.encoded.plan.offsets, dtype=np.int32),
        starts=starts,
        ends=ends,
        provenance=answered.provenance,
    )


def share(logit: float, total: float) -> float:
    """The probability of what has this logit, `total` being the logarithm of all."""
    return float(np.exp(logit - total))


def boundaries(plan: Plan, shares: Sequence[NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How probable it is that an answer starts and that one ends at each piece, (pieces,) twice.

    `shares`: the probability of every span of each window, (pieces of the window, length - 1).
    """
    starts, ends = (np.zeros(len(plan.offsets), dtype=np.float32) for _ in range(2))
    for first, window in zip(plan.starts, shares, strict=True):
        count = len(window)
        starts[first : first + count] += window.sum(1)
        for length in range(min(window.shape[1], count)):
            ends[first + length : first + count] += window[: count - length, length]
    return starts, ends


def span_logits(encoding: Encoding, logits: Logits, longest: int) -> NDArray[np.float32]:
    """start + end logit of every span, (context pieces, length - 1); -inf where a word would be cut."""
    context = encoding.positions(1)
    starts, ends = logits[0, context], logits[1, context]
    first, last = word_ends(encoding, context)  # an answer starts with a word and ends with one
    starts, ends = np.where(first, starts, -np.inf), np.where(last, ends, -np.inf)
    padded = np.concatenate([ends, np.full(longest, -np.inf, dtype=np.float32)])
    sums: NDArray[np.float32] = starts[:, None] + sliding_window_view(padded, longest)[: len(starts)]
    return sums


def word_ends(encoding: Encoding, context: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of the pieces at `context` begin a word and which end one; a blank alone does neither."""
    words = np.array([encoding.words[p] for p in context])
    seen = np.array([encoding.offsets[p][0] < encoding.offsets[p][1] for p in context])
    first, last = np.zeros(len(context), dtype=bool), np.zeros(len(context), dtype=bool)
    visible = np.flatnonzero(seen)
    changes = words[visible[1:]] != words[visible[:-1]]
    first[visible] = np.concatenate([[True], changes])[: len(visible)]
    last[visible] = np.concatenate([changes, [True]])[: len(visible)]
    return first, last


def candidates(encoding: Encoding, spans: NDArray[np.float32], count: int) -> Iterator[ScoredSpan]:
    """The `count` best spans of one window that share no piece, best first; fewer where there is no room for more."""
    context, left = encoding.positions(1), spans.copy()
    for _ in range(count):
        start, length = divmod(int(left.argmax()), left.shape[1])
        if not np.isfinite(left[start, length]):
            return
        end = start + length
        yield ScoredSpan(
            encoding.offsets[context[start]][0], encoding.offsets[context[end]][1], float(left[start, length])
        )
        for before in range(max(0, start - left.shape[1] + 1), start):
            left[before, start - before :] = -np.inf
        left[start : end + 1] = -np.inf


def without_overlaps(found: Sequence[ScoredSpan]) -> list[ScoredSpan]:
    """Best first, each only if it shares no character with a better one."""
    kept: list[ScoredSpan] = []
    for candidate in sorted(found, key=lambda c: -c.logit):
        if all(candidate.end <= other.start or other.end <= candidate.start for other in kept):
            kept.append(candidate)
    return kept


def window_span(encoding: Encoding) -> Span:
    """The characters of the passage that this row covers."""
    context = encoding.positions(1)
    return encoding.offsets[context[0]][0], encoding.offsets[context[-1]][1]
