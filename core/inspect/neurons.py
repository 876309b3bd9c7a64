"""Which neurons of a layer fire, and on which pieces of many texts.

A neuron is one number between the two products of a feed-forward part, after the activation. Geva et al. 2021
(arxiv.org/abs/2012.14913) read them as keys of a memory, each of which answers to a pattern in the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.errors import InputError, PlaygroundError, TaskNotSupportedError
from core.jobs import State, Stopped
from core.provenance import Row
from core.tasks.hidden_states.schema import HiddenStatesRequest, HiddenStatesResult, in_text
from core.text.spans import Span

PLACES = 10  # tokens that are kept for each neuron
PIECES = 5  # different ones
MOST_TOKENS = 20_000
AT_A_TIME = 256  # neurons whose pieces are sorted


@dataclass(frozen=True)
class Firing:
    """A piece at [start, end) of a text, and what the neuron gives there."""

    text: str
    start: int
    end: int
    label: str
    activation: float


@dataclass(frozen=True)
class Neuron:
    """A neuron, counted from 0, over all tokens: the largest and the mean `activation`, the share of tokens at which it
    is above zero (`fires`), the different pieces with the largest activation on each, and the tokens at which it fires
    most, in their texts."""

    number: int
    largest: float
    mean: float
    fires: float
    pieces: tuple[tuple[str, float], ...]
    places: tuple[Firing, ...]


@dataclass(frozen=True)
class NeuronFindings:
    """All neurons of a layer, counted from 1, of a checkpoint: what Neuron has of each, (neurons,); `labels` are the
    different pieces, `best` the numbers of those on which each neuron fires most, `on` with which activation, (neurons,
    PIECES); `tokens` are all tokens, `at` the numbers of those at which it does, `there` the activations, (neurons,
    PLACES). `cut` texts were not read to their end."""

    checkpoint: str
    layer: int
    texts: tuple[str, ...]
    tokens: tuple[tuple[int, Span, str], ...]  # the number of the text, the place in it, the label
    labels: tuple[str, ...]
    largest: NDArray[np.float32]
    mean: NDArray[np.float32]
    fires: NDArray[np.float32]
    best: NDArray[np.int64]
    on: NDArray[np.float32]
    at: NDArray[np.int64]
    there: NDArray[np.float32]
    cut: int

    @property
    def width(self) -> int:
        """How many neurons there are."""
        return len(self.largest)

    @property
    def size(self) -> int:
        """Bytes, about."""
        return 40 * len(self.tokens) + 200 * self.width

    def strongest(self, count: int) -> list[int]:
        """The neurons with the largest activation."""
        return [int(n) for n in np.argsort(-self.largest, kind="stable")[:count]]

    def neuron(self, number: int) -> Neuron:
        """One of them; InputError if it does not exist."""
        if not 0 <= number < self.width:
            raise InputError(f"There is no neuron {number}.", f"Layer {self.layer} has 0 to {self.width - 1}.")
        pieces = [(self.labels[n], float(value)) for n, value in zip(self.best[number], self.on[number], strict=True)]
        places = []
        for n, value in zip(self.at[number].tolist(), self.there[number].tolist(), strict=True):
            text, (start, end), label = self.tokens[n]
            places.append(Firing(self.texts[text], start, end, label, value))
        return Neuron(
            number,
            float(self.largest[number]),
            float(self.mean[number]),
            float(self.fires[number]),
            tuple(one for one in pieces if one[1] > 0),
            tuple(one for one in places if one.activation > 0),
        )


@dataclass(frozen=True)
class NeuronSearch:
    """As a job: the texts are read with one checkpoint, and what the neurons of a layer give is counted as it comes."""

    checkpoint: str
    layer: int
    texts: tuple[str, ...]

    @property
    def total(self) -> int:
        """Texts."""
        return len(self.texts)

    def run(self, engine: Engine, library: object, state: State) -> None:
        """NeuronFindings stand in `state.result` at the end."""
        state.result = self.findings(engine, state)
        state.size = state.result.size

    def findings(self, engine: Engine, state: State) -> NeuronFindings:
        """What is found; Stopped if no more is wanted."""
        before = state.done
        requests = (HiddenStatesRequest(text, neurons=self.layer) for text in self.texts)
        tally = NeuronTally()
        for n, result in enumerate(engine.stream("hidden-states", self.checkpoint, requests, state.stop.is_set)):
            if isinstance(result, PlaygroundError):
                raise result
            assert isinstance(result, HiddenStatesResult)
            tally.add(n, result)
            state.done = before + n + 1
        if state.stop.is_set():
            raise Stopped
        return tally.findings(self)


@dataclass(frozen=True)
class NeuronSearches:
    """As a job: several of them, one after the other."""

    searches: tuple[NeuronSearch, ...]

    @property
    def total(self) -> int:
        """Texts, counted anew for each checkpoint."""
        return sum(one.total for one in self.searches)

    def run(self, engine: Engine, library: object, state: State) -> None:
        """In `state.result` stand NeuronFindings for each search that has ended, or what stood in its way."""
        found: list[NeuronFindings | PlaygroundError] = []
        for n, one in enumerate(self.searches):
            state.done = n * one.total
            try:
                found.append(one.findings(engine, state))
            except (InputError, TaskNotSupportedError) as e:
                found.append(e)
            state.result = tuple(found)
            state.size = sum(done.size for done in found if isinstance(done, NeuronFindings))


def find_neurons(engine: Engine, checkpoint: str, layer: int, texts: Sequence[str]) -> NeuronFindings:
    """The same at once."""
    search = NeuronSearch(checkpoint, layer, tuple(texts))
    state = State(search.total)
    search.run(engine, None, state)
    found: NeuronFindings = state.result
    return found


@dataclass
class NeuronTally:
    """What has been counted so far: sums over tokens, (neurons,); of each different piece its largest activations,
    (neurons,); of each neuron the best places, (neurons, up to PLACES)."""

    tokens: list[tuple[int, Span, str]] = field(default_factory=list)
    pieces: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    sums: Any = 0.0
    fired: Any = 0
    at: NDArray[np.int64] | None = None
    there: NDArray[np.float32] | None = None
    cut: int = 0

    @property
    def count(self) -> int:
        """Tokens so far."""
        return len(self.tokens)

    def add(self, text: int, result: HiddenStatesResult) -> None:
        """Counts the tokens of a text, but for special ones."""
        places = in_text(result)
        values = result.states[0, places]  # (tokens, neurons)
        self.cut += bool(result.provenance.unread)
        self.sums = self.sums + values.sum(0, dtype=np.float64)
        self.fired = self.fired + (values > 0).sum(0)
        numbers = np.arange(self.count, self.count + len(places))
        at = np.broadcast_to(numbers, values.T.shape)
        there = values.T
        if self.at is not None and self.there is not None:
            at, there = np.concatenate([self.at, at], 1), np.concatenate([self.there, there], 1)
        order = np.argsort(-there, axis=1, kind="stable")[:, :PLACES]
        self.at, self.there = np.take_along_axis(at, order, 1), np.take_along_axis(there, order, 1)
        for place, value in zip(places, values, strict=True):
            label = result.labels[place]
            self.tokens.append((text, result.offsets[place], label))
            before = self.pieces.get(label)
            self.pieces[label] = value.copy() if before is None else np.maximum(before, value, out=before)
        if self.count > MOST_TOKENS:
            message = f"The texts have more than {MOST_TOKENS:,} tokens."
            raise InputError(message, "Use a part of them.")

    def findings(self, search: NeuronSearch) -> NeuronFindings:
        """All of it; InputError if there was no token."""
        if self.at is None or self.there is None or not self.tokens:
            raise InputError("There is no text to read.", "Write a text, or use our own sentences.")
        on = np.stack(list(self.pieces.values()))  # (pieces, neurons)
        blocks = np.array_split(on, range(AT_A_TIME, on.shape[1], AT_A_TIME), axis=1)  # of all at once, 8 bytes each
        best = np.concatenate([np.argsort(-one, axis=0, kind="stable")[:PIECES].T for one in blocks])
        return NeuronFindings(
            search.checkpoint,
            search.layer,
            search.texts,
            tuple(self.tokens),
            tuple(self.pieces),
            self.there[:, 0],
            np.asarray(self.sums / self.count, dtype=np.float32),
            np.asarray(self.fired / self.count, dtype=np.float32),
            best,
            np.take_along_axis(on, best.T, 0).T.copy(),
            self.at,
            self.there,
            self.cut,
        )


def neuron_rows(found: NeuronFindings, numbers: Sequence[int]) -> list[Row]:
    """Of each of these neurons the tokens at which it fires most."""
    return [
        {
            "layer": found.layer,
            "neuron": one.number,
            "largest": one.largest,
            "mean": one.mean,
            "fires": one.fires,
            "piece": place.label,
            "activation": place.activation,
            "start": place.start,
            "end": place.end,
            "text": place.text,
        }
        for one in map(found.neuron, numbers)
        for place in one.places
    ]
