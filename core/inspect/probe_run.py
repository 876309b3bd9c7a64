"""Probing as a job: the vectors of all words, of the checkpoint and of an untrained network, then a probe per layer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.engine import Engine
from core.inspect.probing import ProbeResult, probe, rows_of
from core.inspect.properties import ProbeRows
from core.inspect.words import SpannedText, word_states
from core.jobs import State, Stopped
from core.provenance import Row


@dataclass(frozen=True)
class ProbeRun:
    """Probes each of these properties on one checkpoint after the other."""

    checkpoints: tuple[str, ...]
    properties: tuple[ProbeRows, ...]

    @property
    def total(self) -> int:
        """Sentences through a network, each once trained and once untrained; and as many steps for the probes."""
        return len(self.checkpoints) * self._each

    @property
    def _each(self) -> int:
        """What a checkpoint counts for."""
        return 2 * len(shared_sentences(self.properties)[0]) + self._step * len(self.properties)

    @property
    def _step(self) -> int:
        """What a probe counts for."""
        return max(1, len(shared_sentences(self.properties)[0]) // 4)

    def run(self, engine: Engine, library: object, state: State) -> None:
        """The results so far, a tuple of ProbeResult, stand in `state.result`."""

        found: tuple[ProbeResult, ...] = ()
        for n, checkpoint in enumerate(self.checkpoints):
            before = n * self._each

            def counted(done: int, before: int = before) -> None:
                state.done = before + done

            for result in run_probes(engine, checkpoint, self.properties, state.stop.is_set, counted):
                state.result = found = (*found, result)
                state.done += self._step
                state.size = 10_000 * len(found)


def run_probes(
    engine: Engine,
    checkpoint: str,
    properties: Sequence[ProbeRows],
    stopped: Callable[[], bool] = lambda: False,
    counted: Callable[[int], None] = lambda done: None,
) -> Iterator[ProbeResult]:
    """Each property on every layer; each sentence is read once for all of them. Stopped once `stopped` says so;
    `counted` is told how many sentences are done, trained and untrained."""
    sentences, rows = shared_sentences(properties)
    trained = word_states(engine, checkpoint, sentences, stopped=stopped, counted=counted)
    untrained = word_states(
        engine,
        checkpoint,
        sentences,
        untrained=True,
        stopped=stopped,
        counted=lambda done: counted(len(sentences) + done),
    )
    for one in rows:
        if stopped():
            raise Stopped
        kept, states = rows_of(one, trained)
        yield probe(checkpoint, kept, states, rows_of(one, untrained)[1])


def shared_sentences(properties: Sequence[ProbeRows]) -> tuple[tuple[SpannedText, ...], tuple[ProbeRows, ...]]:
    """The sentences of all properties, each once with the words of all, and the rows as they point into them."""
    if len(properties) == 1:
        return properties[0].sentences, tuple(properties)
    spans: dict[str, set[tuple[int, int]]] = {}
    for one in properties:
        for sentence in one.sentences:
            spans.setdefault(sentence.text, set()).update(sentence.spans)
    sentences = tuple(SpannedText(text, tuple(sorted(found))) for text, found in spans.items())
    place = {one.text: n for n, one in enumerate(sentences)}
    word = {(one.text, span): n for one in sentences for n, span in enumerate(one.spans)}
    rows = []
    for one in properties:
        own = [one.sentences[text] for text in one.texts]
        words = tuple(word[text.text, text.spans[n]] for text, n in zip(own, one.words, strict=True))
        rows.append(replace(one, sentences=sentences, texts=tuple(place[text.text] for text in own), words=words))
    return sentences, tuple(rows)


def probe_rows(results: Sequence[ProbeResult]) -> list[Row]:
    """One row for each layer of each property and checkpoint."""
    return [
        {
            "checkpoint": one.checkpoint,
            "property": one.name,
            "layer": layer.layer,
            "accuracy": layer.accuracy,
            "error": layer.error,
            "control": layer.control,
            "selectivity": layer.selectivity,
            "untrained": layer.untrained,
            "unseen": layer.unseen,
            "majority": one.majority,
        }
        for one in results
        for layer in one.layers
    ]
