"""The grid of tokens and layers."""

import numpy as np

from core.provenance import Provenance, Timing
from core.tasks.hidden_states.schema import HiddenStatesResult
from pages.ui.answers.hidden_states import MOST, grid

COST = Provenance("minilm", "1", "float32", "cpu", 3, Timing(0, 0, 0, 0))


def result(labels: tuple[str, ...], layers: int = 3) -> HiddenStatesResult:
    states = np.random.default_rng(0).normal(size=(layers + 1, len(labels), 8)).astype(np.float32)
    return HiddenStatesResult(labels, labels, ((0, 1),) * len(labels), states, COST)


def test_a_row_per_token_a_column_per_layer_and_the_largest_in_full_colour() -> None:
    one = result(("a", "b"))
    one.states[2, 1] = -one.states[1, 1]
    html = grid(one)
    assert (html.count("<td style"), html.count('scope="row"'), html.count('scope="col"')) == (6, 2, 3)
    assert 'style="--v:rgba(0,114,178,1.00)" title="Layer 2 turns “b” by 2.0000">2.00<' in html


def test_tokens_are_escaped_and_the_first_of_many_are_drawn() -> None:
    html = grid(result(("<b>", *("x",) * 200)))
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert html.count('scope="row"') == MOST


def test_vectors_that_never_turn_are_drawn_clear() -> None:
    still = HiddenStatesResult(("a",), ("a",), ((0, 1),), np.ones((3, 1, 4), np.float32), COST)
    assert "rgba(0,114,178,0.00)" in grid(still)
