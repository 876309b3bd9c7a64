"""One text explained by several checkpoints, one after the other, as a job: what is asked, how far it is, what came."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from core.engine import Engine
from core.errors import InputError, PlaygroundError
from core.inspect.attribution import Attribution
from core.inspect.choosing import choose
from core.inspect.counterfactuals import Counterfactuals, counterfactuals
from core.inspect.effort import readings_in, readings_to_change, readings_to_explain, readings_to_trace
from core.inspect.faithfulness import Erasure, Faithfulness, faithfulness
from core.inspect.methods import METHODS
from core.inspect.subject import MOST_WORDS, Subject
from core.jobs import State
from core.provenance import Request, Result
from core.runtime.in_bulk import BulkEngine
from core.tasks.ablation.schema import AblationRequest, AblationResult, NetworkPart
from core.text.spans import WORD

SIZE = 50_000  # bytes that the results of a checkpoint take, about


@dataclass(frozen=True)
class WhatToExplain:
    """Which answer of each checkpoint is explained, to a task about one or two texts: the one called `wanted`, or the
    best one."""

    task: str
    checkpoints: tuple[str, ...]
    text: str
    other: str
    wanted: str

    def subject(self, engine: Engine, checkpoint: str) -> Subject:
        """The number of the checkpoint's answer that is explained."""
        return choose(engine, checkpoint, self.task, self.text, self.other, self.wanted)

    @property
    def words(self) -> int:
        """How many may change, about, and at least one."""
        return max(1, sum(min(MOST_WORDS, len(WORD.findall(text))) for text in (self.text, self.other)))


class Explanation(Protocol):
    """A way to explain. It can be compared and pickled."""

    def readings(self, words: int) -> int:
        """How many readings of a text of so many words it takes as long as, about."""

    def explain(self, engine: Engine, checkpoint: str, subject: Subject) -> Sequence[Any]:
        """What comes out."""


@dataclass(frozen=True)
class ByMethods:
    """What some methods say of each word."""

    names: tuple[str, ...]

    def readings(self, words: int) -> int:
        """About how many."""
        return readings_to_explain(self.names, words)

    def explain(self, engine: Engine, checkpoint: str, subject: Subject) -> Sequence[Attribution]:
        """What each says that can say something: of a text of one word nothing can be left out, but it has gradients.
        InputError if none can."""
        found, errors = [], []
        for name in self.names:
            try:
                found.append(replace(METHODS[name].explain(engine, checkpoint, subject), method=name))
            except InputError as e:
                errors.append(e)
        if not found:
            raise errors[0]
        return found


@dataclass(frozen=True)
class SwitchedOff:
    """The answer with parts off, and without each single part of a kind."""

    heads: tuple[tuple[int, int], ...]
    layers: tuple[int, ...]
    feed_forwards: tuple[int, ...]
    each: NetworkPart

    def readings(self, words: int) -> int:
        """As many as a network of twelve layers with twelve heads needs."""
        return 2 + (144 if self.each == "heads" else 12)

    def request(self, subject: Subject) -> AblationRequest:
        """What the engine is asked."""
        return AblationRequest(*subject.pair, subject.target, self.heads, self.layers, self.feed_forwards, self.each)

    def explain(self, engine: Engine, checkpoint: str, subject: Subject) -> Sequence[AblationResult]:
        """Both."""
        return engine.run("ablation", checkpoint, [self.request(subject)])  # type: ignore[return-value]


@dataclass(frozen=True)
class PutToTheTest:
    """All methods beside random orders."""

    erasure: Erasure

    def readings(self, words: int) -> int:
        """About how many."""
        return readings_to_trace(tuple(METHODS), words)

    def explain(self, engine: Engine, checkpoint: str, subject: Subject) -> Sequence[Faithfulness]:
        """Their curves."""
        return [faithfulness(engine, checkpoint, subject, erasure=self.erasure)]


@dataclass(frozen=True)
class WordsSwapped:
    """Words that `proposer` proposes in the place of others."""

    proposer: str

    def readings(self, words: int) -> int:
        """At most."""
        return readings_to_change(words)

    def explain(self, engine: Engine, checkpoint: str, subject: Subject) -> Sequence[Counterfactuals]:
        """Those that change the answer."""
        return [counterfactuals(engine, checkpoint, subject, self.proposer)]


@dataclass(frozen=True)
class Explained:
    """What came out for a checkpoint, or the error that stands in its place."""

    checkpoint: str
    results: tuple[Any, ...] = ()
    error: PlaygroundError | None = None


@dataclass(frozen=True)
class ExplainRun:
    """Explains one text in one way."""

    asked: WhatToExplain
    way: Explanation

    @property
    def total(self) -> int:
        """Readings, about, by all checkpoints."""
        return self.way.readings(self.asked.words) * len(self.asked.checkpoints)

    def run(self, engine: Engine, library: object, state: State) -> None:
        """An Explained for each checkpoint that has ended stands in `state.result`; InputError if the texts are at
        fault, which no checkpoint could read."""
        counting = CountingEngine(engine, state)
        ended: tuple[Explained, ...] = ()
        for checkpoint in self.asked.checkpoints:
            try:
                subject = self.asked.subject(counting, checkpoint)
                counting.run(self.asked.task, checkpoint, [subject.request])  # tells how fast it is
                one = Explained(checkpoint, tuple(self.way.explain(counting, checkpoint, subject)))
            except InputError:
                raise
            except PlaygroundError as e:
                one = Explained(checkpoint, error=e)
            ended = (*ended, one)
            state.result, state.size = ended, SIZE * len(ended)
            state.done = self.way.readings(self.asked.words) * len(ended)


class CountingEngine(BulkEngine):
    """Counts what it reads as done, and says when all will be, about, in seconds since 1970: at the speed since the
    first request, for which the model had to be loaded."""

    def __init__(self, engine: Engine, state: State) -> None:
        super().__init__(engine, state.stop.is_set)
        self._state = state
        self._first: tuple[float, int] | None = None  # when it was read, and how much was done then

    def run(self, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
        """The results in the order of the requests."""
        found = super().run(task, checkpoint, requests)
        state, now = self._state, time.time()
        state.done = min(state.total, state.done + sum(map(readings_in, requests)))
        if self._first is None:
            self._first = now, state.done
        elif state.done > self._first[1]:
            began, before = self._first
            state.shown = now + (now - began) / (state.done - before) * (state.total - state.done)
        return found
