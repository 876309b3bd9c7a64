"""How much an answer rests on each word: the words are left out one by one and its probability is read again.

That is leave-one-out (Li, Monroe & Jurafsky 2016, arxiv.org/abs/1612.08220). It needs no gradients, so it works for
every checkpoint; it does not see words that only matter together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.engine import Engine
from core.errors import InputError
from core.provenance import Provenance, Request, total_cost
from core.tasks.question_answering.schema import Answer, QuestionAnsweringRequest, QuestionAnsweringResult
from core.tasks.text_classification.schema import TextClassificationRequest, TextClassificationResult
from core.tasks.token_classification.schema import Entity, TokenClassificationRequest, TokenClassificationResult
from core.text.spans import WORD, Span

MOST_WORDS = 150  # of one field that are left out, those around the answer
PROBABILITY, START_TIMES_END = "probability", "start probability × end probability"


@dataclass(frozen=True)
class Word:
    """The word at [start, end) of a field of the request, and by how much the probability of the answer falls without
    it; below zero, by how much it grows."""

    field: str
    start: int
    end: int
    drop: float


@dataclass(frozen=True)
class Occlusion:
    """What an answer rests on: its `score` in the whole request, which is what `measure` says, and every word that was
    left out."""

    target: str
    score: float
    measure: str
    texts: Mapping[str, str]
    words: tuple[Word, ...]
    provenance: Provenance


@dataclass(frozen=True)
class _Gap:
    """Where a word was left out; the empty gap of no field leaves the request whole."""

    field: str = ""
    start: int = 0
    end: int = 0

    def moved(self, field: str, span: Span) -> Span:
        """Where the characters of a span behind or before the gap are now."""
        shift = self.end - self.start if field == self.field and self.end <= span[0] else 0
        return span[0] - shift, span[1] - shift


Probability = Callable[[Any, _Gap], float]


def explain_class(engine: Engine, checkpoint: str, request: TextClassificationRequest, label: str) -> Occlusion:
    """What the probability of a class rests on."""

    def probability(result: TextClassificationResult, _: _Gap) -> float:
        return next(one.score for one in result.labels if one.label == label)

    places = {"text": (0, 0)} | ({"text_pair": (0, 0)} if request.text_pair else {})
    return occlude(engine, "text-classification", checkpoint, request, places, label, probability)


def explain_entity(engine: Engine, checkpoint: str, request: TokenClassificationRequest, entity: Entity) -> Occlusion:
    """What the kind of a name rests on: the probability is that of a name of this kind which touches its place."""

    def probability(result: TokenClassificationResult, gap: _Gap) -> float:
        start, end = gap.moved("text", (entity.start, entity.end))
        same = (e for e in result.entities if e.entity_group == entity.entity_group and e.start < end and e.end > start)
        return max((e.score for e in same), default=0.0)

    target = f"{entity.entity_group} {entity.text}"
    places = {"text": (entity.start, entity.end)}
    return occlude(engine, "token-classification", checkpoint, request, places, target, probability)


def explain_answer(
    engine: Engine, checkpoint: str, request: QuestionAnsweringRequest, answer: Answer | None
) -> Occlusion:
    """What an answer rests on, or with None that there is none: the probability of an answer is that of its start times
    that of its end."""

    def probability(result: QuestionAnsweringResult, gap: _Gap) -> float:
        if answer is None:
            return result.no_answer_score
        start, end = gap.moved("context", (answer.start, answer.end))
        first, last = (result.offsets[:, 0] <= start).sum() - 1, (result.offsets[:, 1] < end).sum()
        return float(result.starts[first] * result.ends[min(last, len(result.ends) - 1)])

    places = {"question": (0, 0), "context": (answer.start, answer.end) if answer else (0, 0)}
    target = answer.text if answer else "no answer"
    measure = START_TIMES_END if answer else PROBABILITY
    return occlude(engine, "question-answering", checkpoint, request, places, target, probability, measure)


def occlude(
    engine: Engine,
    task: str,
    checkpoint: str,
    request: Request,
    places: Mapping[str, Span],
    target: str,
    probability: Probability,
    measure: str = PROBABILITY,
) -> Occlusion:
    """The request without each word of the fields in `places` in turn, but for those that the place itself touches."""
    texts = {field: str(getattr(request, field)) for field in places}
    gaps = [_Gap(field, *span) for field, place in places.items() for span in words_around(texts[field], place)]
    gaps = [gap for gap in gaps if WORD.search(leave_out(texts[gap.field], gap))]
    if not gaps:
        raise InputError("There is no word to remove.", "Add more words around the answer.")
    change: Any = replace  # each request has other fields
    without = [change(request, **{gap.field: leave_out(texts[gap.field], gap)}) for gap in gaps]
    whole, *others = engine.run(task, checkpoint, [request, *without])
    score = probability(whole, _Gap())
    words = tuple(
        Word(gap.field, gap.start, gap.end, score - probability(result, gap))
        for gap, result in zip(gaps, others, strict=True)
    )
    return Occlusion(target, score, measure, texts, words, total_cost([one.provenance for one in (whole, *others)]))


def words_around(text: str, place: Span) -> Sequence[Span]:
    """The words that do not touch the place, at most MOST_WORDS, those nearest to it, in text order."""
    spans = [match.span() for match in WORD.finditer(text)]
    outside = [(start, end) for start, end in spans if end <= place[0] or start >= place[1]]
    nearest = sorted(outside, key=lambda span: max(place[0] - span[1], span[0] - place[1]))
    return sorted(nearest[:MOST_WORDS])


def leave_out(text: str, gap: _Gap) -> str:
    """The text without the word."""
    return text[: gap.start] + text[gap.end :]
