"""What is explained: one number of an answer, the words it may rest on, and its request with some of them gone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.engine import Engine
from core.errors import InputError
from core.provenance import Provenance, Request, total_cost
from core.tasks.fill_mask.schema import Fill, FillMaskRequest, FillMaskResult, MaskFills
from core.tasks.question_answering.schema import Answer, QuestionAnsweringRequest, QuestionAnsweringResult
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest, SentenceSimilarityResult
from core.tasks.target import Target
from core.tasks.text_classification.schema import TextClassificationRequest, TextClassificationResult
from core.tasks.token_classification.schema import Entity, TokenClassificationRequest, TokenClassificationResult
from core.text.phrases import listed, quoted
from core.text.spans import PLACEHOLDER, WORD, Span

MOST_WORDS = 150  # of one field that may be changed, those nearest to what is explained
MOST_FILLS = 100  # words of a gap among which the explained one is looked for
MASKS = ("[MASK]", "<mask>")
PROBABILITY, START_TIMES_END, COSINE_MEASURE = "probability", "start probability × end probability", "cosine"


@dataclass(frozen=True)
class WordPlace:
    """A word at [start, end) of a field of the request."""

    field: str
    start: int
    end: int


@dataclass(frozen=True)
class Change:
    """Words of a request that give way to `filler`; with an empty one they are left out. With `fillers` each gives way
    to its own."""

    words: tuple[WordPlace, ...] = ()
    filler: str = ""
    fillers: tuple[str, ...] = ()

    @property
    def swaps(self) -> list[tuple[WordPlace, str]]:
        """The words in text order, each with what takes its place."""
        pairs = zip(self.words, self.fillers or (self.filler,) * len(self.words), strict=True)
        return sorted(pairs, key=lambda pair: pair[0].start)

    def text(self, field: str, text: str) -> str:
        """The text of a field after it."""
        parts, last = [], 0
        for word, filler in self.swaps:
            if word.field == field:
                parts += [text[last : word.start], filler]
                last = word.end
        return "".join([*parts, text[last:]])

    def moved(self, field: str, span: Span) -> Span:
        """Where a span that no changed word touches is now."""
        before = [(word, new) for word, new in self.swaps if word.field == field and word.end <= span[0]]
        shift = sum(word.end - word.start - len(new) for word, new in before)
        return span[0] - shift, span[1] - shift


Reading = Callable[[Any, Change], float]  # the explained number, of the result of the changed request
AT_A_TIME = 64  # requests, between which a job may say how far it is
Holding = Callable[[Any, Change], bool]  # whether the explained answer is still the best one there


@dataclass(frozen=True)
class Subject:
    """One number of the answer to `request`, called `name`; `measure` says what kind of number.

    `places` are the fields whose words may change, and the characters in them that may not; `fields` name those fields
    in the order of the first and the second text of a `Target`. `holds` says whether the answer is still the best one;
    a number such as a cosine is no answer among others, and has none.
    """

    task: str
    request: Request
    target: Target
    name: str
    measure: str
    places: Mapping[str, Span]
    read: Reading
    holds: Holding | None = None

    @property
    def texts(self) -> dict[str, str]:
        """The texts whose words may change, by field."""
        return {field: str(getattr(self.request, field)) for field in self.places}

    @property
    def words(self) -> tuple[WordPlace, ...]:
        """The words that may change, in text order. InputError if there are none, or only one, whose loss would leave
        nothing."""
        found = [
            WordPlace(field, *span)
            for field, text in self.texts.items()
            for span in words_around(text, self.places[field])
        ]
        left = [word for word in found if WORD.search(Change((word,)).text(word.field, self.texts[word.field]))]
        if not left:
            raise InputError("There is no word to remove.", "Add more words around the answer.")
        return tuple(left)

    @property
    def pair(self) -> tuple[str, str]:
        """The first and the second text, as a request with a `Target` takes them."""
        match self.request:
            case SentenceSimilarityRequest():
                return self.request.text_a, self.request.text_b
            case QuestionAnsweringRequest():
                return self.request.question, self.request.context
            case _:
                return self.request.text, getattr(self.request, "text_pair", "")

    @property
    def fields(self) -> tuple[str, str]:
        """What the request calls its first and its second text."""
        match self.request:
            case SentenceSimilarityRequest():
                return "text_a", "text_b"
            case QuestionAnsweringRequest():
                return "question", "context"
            case _:
                return "text", "text_pair"

    def changed(self, change: Change) -> Request:
        """The request after a change."""
        texts = {field: change.text(field, text) for field, text in self.texts.items()}
        request: Any = self.request
        return replace(request, **texts)

    def values(self, engine: Engine, checkpoint: str, changes: Sequence[Change]) -> tuple[list[float], list[Any]]:
        """The number after each change, and the results. A text of which nothing but blanks would be left becomes a
        full stop, as no task takes an empty one."""
        requests = [with_something(self.changed(change), self.texts) for change in changes]
        results: list[Any] = []
        for start in range(0, len(requests), AT_A_TIME):
            results += engine.run(self.task, checkpoint, requests[start : start + AT_A_TIME])
        return [self.read(result, change) for result, change in zip(results, changes, strict=True)], results


def cost_of(results: Sequence[Any]) -> Provenance:
    """What results after changes cost. What was not read is that of the first, of the whole text: a word less moves the
    place where a long text is cut."""
    whole = results[0].provenance
    return replace(total_cost([one.provenance for one in results]), unread=whole.unread)


def with_something(request: Any, fields: Collection[str]) -> Request:
    """The request with a full stop in each text that has become empty."""
    empty = [field for field in fields if not getattr(request, field).strip()]
    return replace(request, **dict.fromkeys(empty, ".")) if empty else request


def words_around(text: str, place: Span) -> Sequence[Span]:
    """The words that do not touch the place, at most MOST_WORDS, those nearest to it, in text order; gaps are none."""
    gaps = [match.span() for match in PLACEHOLDER.finditer(text)]
    spans = [match.span() for match in WORD.finditer(text)]
    spans = [(start, end) for start, end in spans if not any(start < b and end > a for a, b in gaps)]
    outside = [(start, end) for start, end in spans if end <= place[0] or start >= place[1]]
    nearest = sorted(outside, key=lambda span: max(place[0] - span[1], span[0] - place[1]))
    return sorted(nearest[:MOST_WORDS])


def mask_of(engine: Engine, checkpoint: str) -> str:
    """How a mask is typed for the checkpoint; empty if its tokenizer has none."""
    for mask in MASKS:
        pieces = engine.tokenize(checkpoint, mask).own
        if len(pieces) == 1 and not pieces[0].unknown and pieces[0].token == mask:
            return mask
    return ""


def class_subject(request: TextClassificationRequest, label: str) -> Subject:
    """The probability of a class."""

    def read(result: TextClassificationResult, _: Change) -> float:
        found = [one.score for one in result.labels if one.label == label]
        if not found:
            known = listed(one.label for one in result.labels)
            raise InputError(f"There is no class {quoted(label)}.", f"This model has {known}.")
        return found[0]

    places = {"text": (0, 0)} | ({"text_pair": (0, 0)} if request.text_pair else {})
    target = Target("text-classification", label)

    def holds(result: TextClassificationResult, _: Change) -> bool:
        return result.labels[0].label == label

    return Subject("text-classification", request, target, label, PROBABILITY, places, read, holds)


def entity_subject(request: TokenClassificationRequest, entity: Entity) -> Subject:
    """The kind of a name: the probability is that of a name of this kind which touches its place."""

    def read(result: TokenClassificationResult, change: Change) -> float:
        start, end = change.moved("text", (entity.start, entity.end))
        same = (e for e in result.entities if e.entity_group == entity.entity_group and e.start < end and e.end > start)
        return max((e.score for e in same), default=0.0)

    target = Target("token-classification", entity.entity_group, entity.start, entity.end)
    name = f"{entity.entity_group} {entity.text}"
    places = {"text": (entity.start, entity.end)}

    def holds(result: TokenClassificationResult, change: Change) -> bool:
        return read(result, change) > 0

    return Subject("token-classification", request, target, name, PROBABILITY, places, read, holds)


def answer_subject(request: QuestionAnsweringRequest, answer: Answer | None) -> Subject:
    """An answer, or with None that there is none: its probability is that of its start times that of its end."""

    def read(result: QuestionAnsweringResult, change: Change) -> float:
        if answer is None:
            return result.no_answer_score
        start, end = change.moved("context", (answer.start, answer.end))
        first, last = (result.offsets[:, 0] <= start).sum() - 1, (result.offsets[:, 1] < end).sum()
        return float(result.starts[first] * result.ends[min(last, len(result.ends) - 1)])

    span = (answer.start, answer.end) if answer else (0, 0)
    name, measure = (answer.text, START_TIMES_END) if answer else ("no answer", PROBABILITY)
    target = Target("question-answering", answer.text if answer else "", *span)
    places = {"question": (0, 0), "context": span}

    def holds(result: QuestionAnsweringResult, change: Change) -> bool:
        best, (start, end) = result.best, change.moved("context", span)
        return best is None if answer is None else best is not None and best.start < end and best.end > start

    return Subject("question-answering", request, target, name, measure, places, read, holds)


def fill_subject(request: FillMaskRequest, mask: MaskFills, fill: Fill) -> Subject:
    """A word in a gap. Its probability counts as none where it is not among the first MOST_FILLS."""
    wide = replace(request, top_k=MOST_FILLS)

    def read(result: FillMaskResult, change: Change) -> float:
        start, _ = change.moved("text", (mask.start, mask.end))
        fills = next((one.fills for one in result.masks if one.start == start), ())
        return next((one.score for one in fills if one.token_id == fill.token_id), 0.0)

    def holds(result: FillMaskResult, change: Change) -> bool:
        start, _ = change.moved("text", (mask.start, mask.end))
        return any(one.start == start and one.fills[0].token_id == fill.token_id for one in result.masks if one.fills)

    target = Target("fill-mask", fill.text, mask.start, mask.end, fill.token_id)
    places = {"text": (mask.start, mask.end)}
    return Subject("fill-mask", wide, target, fill.text, PROBABILITY, places, read, holds)


def cosine_subject(request: SentenceSimilarityRequest) -> Subject:
    """The cosine of two texts."""

    def read(result: SentenceSimilarityResult, _: Change) -> float:
        return result.similarity

    places = {"text_a": (0, 0), "text_b": (0, 0)}
    return Subject("sentence-similarity", request, Target(), "the cosine", COSINE_MEASURE, places, read)
