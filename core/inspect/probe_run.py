"""Probing as a job: the vectors of all words, of the checkpoint and of an untrained network, then a probe per layer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.engine import Engine
from core.inspect.probing import ProbeResult, probe, rows_of
from core.inspect.properties import ProbeRows
from core.inspect.words import Counted, word_states
from core.jobs import State, Stopped


@dataclass(frozen=True)
class ProbeRun:
    """Probes each of these properties on one checkpoint."""

    checkpoint: str
    properties: tuple[ProbeRows, ...]

    @property
    def total(self) -> int:
        """Sentences through a network: each once trained and once untrained."""
        return 2 * sum(len(one.sentences) for one in self.properties)

    def run(self, engine: Engine, state: State) -> None:
        """The results so far, a tuple of ProbeResult, stand in `state.result`."""
        found: tuple[ProbeResult, ...] = ()
        for labelled in self.properties:
            before = state.done

            def counted(done: int, before: int = before) -> None:
                state.done = before + done

            found = (*found, run_probe(engine, self.checkpoint, labelled, state.stop.is_set, counted))
            state.result = found
            state.size = 10_000 * len(found)


def run_probe(
    engine: Engine,
    checkpoint: str,
    labelled: ProbeRows,
    stopped: Callable[[], bool] | None = None,
    counted: Counted | None = None,
) -> ProbeResult:
    """One property on every layer; Stopped once `stopped` says so. `counted` is told how many sentences are done, of
    twice as many as there are."""

    def second(done: int) -> None:
        if counted:
            counted(len(labelled.sentences) + done)

    ways: Sequence[tuple[bool, Counted | None]] = ((False, counted), (True, second))
    trained, untrained = (
        word_states(engine, checkpoint, labelled.sentences, untrained=way, stopped=stopped, counted=tell)
        for way, tell in ways
    )
    if stopped and stopped():
        raise Stopped
    kept, states = rows_of(labelled, trained)
    return probe(checkpoint, kept, states, rows_of(labelled, untrained)[1])
