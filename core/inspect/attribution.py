"""How much an answer rests on each word, by several methods that give the same kind of result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from core.engine import Engine
from core.inspect.subject import Change, Subject, WordPlace, cost_of
from core.provenance import Provenance, total_cost
from core.tasks.attribution.schema import (
    LARGEST_ERROR,
    AttributedWord,
    AttributionRequest,
    AttributionResult,
    BaselineFiller,
    GradientMethod,
)

STEPS = (25, 50, 100, 200)  # one after the other, until the effects add up
MOST_STEP_TOKENS = 25_600  # tokens of all steps together: 200 steps of 128 tokens, 50 of 512
LOGIT, COSINE_VALUE = "logit", "cosine"


@dataclass(frozen=True)
class Word:
    """The word at [start, end) of a field of the request, and by how much it raises what is explained; below zero, by
    how much it lowers it."""

    field: str
    start: int
    end: int
    effect: float


@dataclass(frozen=True)
class Attribution:
    """What an answer rests on by one method: the `value` of the target in the whole request, which is what `measure`
    says, and the effect of every word on it.

    `baseline_value` is the value without any of the words, None where the method has no such thing.
    `completeness_error` is how far the effects are from adding up to the difference of both, as a part of it.
    """

    method: str
    target: str
    value: float
    measure: str
    texts: Mapping[str, str]
    words: tuple[Word, ...]
    provenance: Provenance
    baseline_value: float | None = None
    completeness_error: float | None = None
    steps: int = 0

    @property
    def complete(self) -> bool | None:
        """Whether the effects add up, within LARGEST_ERROR; None for a method that does not promise it."""
        return None if self.completeness_error is None else self.completeness_error <= LARGEST_ERROR

    def ranked(self, words: Sequence[WordPlace]) -> list[int]:
        """The numbers of these words, the one that supports the answer most first. A word's effect is that of all words
        here that share a character with it."""
        effects = [self.effect_of(word) for word in words]
        return sorted(range(len(words)), key=lambda n: -effects[n])

    def effect_of(self, word: WordPlace) -> float:
        """The effect of all words here that share a character with this one."""
        touching = (o for o in self.words if o.field == word.field and o.start < word.end and o.end > word.start)
        return sum(one.effect for one in touching)


def integrate(engine: Engine, checkpoint: str, subject: Subject, baseline: BaselineFiller = "mask") -> Attribution:
    """Integrated gradients, with more and more steps until the effects add up, or until MOST_STEP_TOKENS.

    The error does not shrink steadily with the steps (github.com/pytorch/captum/issues/1334), so the best is kept.
    Sundararajan et al. 2017, arxiv.org/abs/1703.01365.
    """
    found = []
    for number in STEPS:
        found.append(by_gradients(engine, checkpoint, subject, "integrated-gradients", baseline, number))
        tokens = found[-1].provenance.tokens  # of all steps
        if found[-1].complete or 2 * tokens > MOST_STEP_TOKENS:
            break
    best = min(found, key=lambda one: one.completeness_error or 0.0)
    return replace(best, provenance=total_cost([one.provenance for one in found]))


def gradient_times_input(engine: Engine, checkpoint: str, subject: Subject) -> Attribution:
    """The gradient of the logit times the word embedding itself: one pass, and no baseline."""
    return by_gradients(engine, checkpoint, subject, "gradient-x-input", "mask", 1)


def by_gradients(
    engine: Engine, checkpoint: str, subject: Subject, method: GradientMethod, baseline: BaselineFiller, steps: int
) -> Attribution:
    """What the task attribution says. Of a cosine each text in turn, the other as it is."""
    first, second = subject.pair
    cosine = subject.task == "sentence-similarity"
    turns = [(first, second, 0), (second, first, 1)] if cosine else [(first, second, 0)]
    requests = [AttributionRequest(a, b, subject.target, method, baseline, steps) for a, b, _ in turns]
    results = cast("list[AttributionResult]", engine.run("attribution", checkpoint, requests))
    words = [
        as_word(subject, one, one.segment + turn)
        for result, (_, _, turn) in zip(results, turns, strict=True)
        for one in result.words
    ]
    errors = [result.completeness_error for result in results if result.completeness_error is not None]
    return Attribution(
        method,
        subject.name,
        results[0].value,
        COSINE_VALUE if cosine else LOGIT,
        {field: text for field, text in zip(subject.fields, subject.pair, strict=True) if text},
        tuple(words),
        total_cost([result.provenance for result in results]),
        baseline_value=results[0].baseline_value,
        completeness_error=max(errors, default=None),
        steps=results[0].steps,
    )


def as_word(subject: Subject, word: AttributedWord, segment: int) -> Word:
    """A word of the task's result as one of the request's fields."""
    return Word(subject.fields[segment], word.start, word.end, word.effect)


def occlude(engine: Engine, checkpoint: str, subject: Subject) -> Attribution:
    """The request without each word in turn, but for those that the explained place itself touches.

    That is leave-one-out (Li, Monroe & Jurafsky 2016, arxiv.org/abs/1612.08220). It needs no gradients, so it works
    for every checkpoint; it does not see words that only matter together.
    """
    places = subject.words
    changes = [Change(), *(Change((place,)) for place in places)]
    (value, *without), results = subject.values(engine, checkpoint, changes)
    words = tuple(
        Word(place.field, place.start, place.end, value - less) for place, less in zip(places, without, strict=True)
    )
    return Attribution("occlusion", subject.name, value, subject.measure, subject.texts, words, cost_of(results))
