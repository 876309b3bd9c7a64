"""Neurons against what plain numpy finds in the same activations."""

import numpy as np
import pytest

from core.errors import InputError
from core.inspect.neurons import PIECES, PLACES, NeuronFindings, find_neurons, neuron_rows
from core.runtime.local import LocalEngine
from core.tasks.hidden_states.schema import HiddenStatesRequest, HiddenStatesResult

TEXTS = [
    *(f"The {animal} saw {count} boats." for animal in ("cat", "dog", "fox") for count in ("two", "six")),
    "It ran.",
]


@pytest.fixture(scope="module")
def found(tiny_engine: LocalEngine) -> NeuronFindings:
    return find_neurons(tiny_engine, "tiny_encoder", 2, TEXTS)


def test_each_neuron_has_its_largest_activations(tiny_engine: LocalEngine, found: NeuronFindings) -> None:
    rows = []  # (activations, label, text) of every token that is in a text
    for text in TEXTS:
        (result,) = tiny_engine.run("hidden-states", "tiny_encoder", [HiddenStatesRequest(text, neurons=2)])
        assert isinstance(result, HiddenStatesResult)
        inside = zip(result.states[0][1:-1], result.labels[1:-1], strict=True)
        rows += [(values, label, text) for values, label in inside]
    every = np.stack([values for values, _, _ in rows])  # (tokens, neurons)
    assert found.width == 64
    assert len(found.tokens) == len(rows)
    for number in (0, 7, 63):
        one, column = found.neuron(number), every[:, number]
        assert one.largest == pytest.approx(column.max(), abs=1e-5)
        assert one.mean == pytest.approx(column.mean(), abs=1e-5)
        assert one.fires == pytest.approx((column > 0).mean(), abs=1e-5)
        order = np.argsort(-column, kind="stable")[:PLACES]
        best = column[order][column[order] > 0]
        assert [place.activation for place in one.places] == pytest.approx(best.tolist(), abs=1e-5)
        assert {place.text for place in one.places} <= set(TEXTS)
        by_label: dict[str, float] = {}
        for value, (_, label, _) in zip(column, rows, strict=True):
            by_label[label] = max(by_label.get(label, -9), float(value))
        wanted = sorted((value for value in by_label.values() if value > 0), reverse=True)[:PIECES]
        assert [value for _, value in one.pieces] == pytest.approx(wanted, abs=1e-5)
        assert all(by_label[label] == pytest.approx(value, abs=1e-5) for label, value in one.pieces)


def test_places_slice_back_to_their_pieces(found: NeuronFindings) -> None:
    for number in found.strongest(10):
        for place in found.neuron(number).places:
            assert place.text[place.start : place.end].casefold() == place.label.removeprefix("##")


def test_the_strongest_come_first_and_rows_hold_their_places(found: NeuronFindings) -> None:
    strongest = found.strongest(5)
    largest = [found.neuron(number).largest for number in strongest]
    assert largest == sorted(largest, reverse=True)
    assert largest[0] == found.largest.max()
    rows = neuron_rows(found, strongest[:1])
    assert [row["activation"] for row in rows] == sorted((row["activation"] for row in rows), reverse=True)
    assert {row["neuron"] for row in rows} == {strongest[0]}


def test_what_is_not_there_is_told(tiny_engine: LocalEngine, found: NeuronFindings) -> None:
    with pytest.raises(InputError, match="no neuron 64"):
        found.neuron(64)
    with pytest.raises(InputError, match="no text to read"):
        find_neurons(tiny_engine, "tiny_encoder", 1, [])
    with pytest.raises(InputError, match="There is no layer 3"):
        find_neurons(tiny_engine, "tiny_encoder", 3, TEXTS)
