"""Geometry as a job: the vectors of all words of one checkpoint or several, then what is measured in them."""

from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from core.engine import Engine
from core.inspect.geometry import Geometry, layer_cka, measure_geometry
from core.inspect.words import SpannedText, WordStates, word_states
from core.jobs import State, Stopped
from core.provenance import Row

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class GeometryReport:
    """The geometry of each checkpoint; the alignment (CKA) of every layer of the first, in rows, with every layer of
    the last, which is the same one where there is only one, with all dimensions and `without` the largest."""

    geometries: tuple[Geometry, ...]
    cka: Matrix
    without: Matrix


@dataclass(frozen=True)
class GeometryRun:
    """Measures these texts on each checkpoint; the self-similarity of `words`, or of all that come up often."""

    checkpoints: tuple[str, ...]
    texts: tuple[SpannedText, ...]
    words: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Texts through a network."""
        return len(self.checkpoints) * len(self.texts)

    def run(self, engine: Engine, library: object, state: State) -> None:
        """A GeometryReport stands in `state.result` at the end."""
        found: list[WordStates] = []
        geometries = []
        for n, checkpoint in enumerate(self.checkpoints):
            before = n * len(self.texts)

            def counted(done: int, before: int = before) -> None:
                state.done = before + done

            states = word_states(engine, checkpoint, self.texts, stopped=state.stop.is_set, counted=counted)
            if state.stop.is_set():
                raise Stopped
            with threadpool_limits(1, user_api="blas"):  # products this small wait for each other where cores are busy
                geometries.append(measure_geometry(checkpoint, states, self.texts, self.words))
            found = [*found[:1], states]  # the first and the last are compared
        both, trimmed = (layer_cka(found[0], found[-1], without=way).tolist() for way in (False, True))
        state.result = GeometryReport(tuple(geometries), tuple(map(tuple, both)), tuple(map(tuple, trimmed)))
        state.size = 100_000


def geometry_rows(report: GeometryReport) -> list[Row]:
    """Of each checkpoint on each layer the anisotropy and the self-similarity of each word, with and without the
    largest dimensions."""
    found: list[Row] = []
    for one in report.geometries:
        for layer in range(len(one.anisotropy)):
            place: Row = {"checkpoint": one.checkpoint, "layer": layer}
            found.append(place | {"word": "", "cosine": one.anisotropy[layer], "without": one.without[layer]})
            found += [
                place | {"word": word.text, "cosine": word.similarity[layer], "without": word.without[layer]}
                for word in one.words
            ]
    return found
