"""What hidden-states is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.provenance import Provenance, Row
from core.tasks.feature_extraction.schema import Pooling

if TYPE_CHECKING:  # numpy takes a sixth of the time in which the app starts, and listing the tasks needs no arrays
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class HiddenStatesRequest:
    """Every layer of `text`, or of the pair (`text`, `text_pair`); with `poolings` not the vectors of
    single tokens but, for each pooling, one vector per layer over all of them. With `untrained` those of a network of
    the same shape whose weights are random, always the same ones. With `neurons`, the number of a layer counted from 1,
    not vectors but what the neurons in its feed-forward part give, after their activation."""

    text: str
    text_pair: str = ""
    poolings: tuple[Pooling, ...] = ()
    untrained: bool = False
    neurons: int = 0


@dataclass(frozen=True)
class HiddenStatesResult:
    """`states` is float32, (layers + 1, tokens, hidden), embeddings first; the last is the model's last hidden state.

    `tokens` are as the vocabulary writes them, `labels` as a reader would, `##` before those that continue a word.
    Special tokens have empty offsets. If the request has `poolings`, these stand in the place of tokens, with empty
    offsets. If it asks for `neurons`, `states` are those of one layer, (1, tokens, neurons)."""

    tokens: tuple[str, ...]
    labels: tuple[str, ...]
    offsets: tuple[tuple[int, int], ...]
    states: "NDArray[np.float32]"
    provenance: Provenance


def turns(states: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """How far each layer turns the vector of each token, 1 − its cosine with the layer below, (layers, tokens): 0 where
    it keeps its direction, 1 at a right angle, 2 where it is reversed."""
    import numpy as np  # not above, for the same reason

    unit = states / np.maximum(np.linalg.norm(states, axis=-1, keepdims=True), 1e-12)
    cosines = np.einsum("lth,lth->lt", unit[1:], unit[:-1])
    found: NDArray[np.float32] = np.clip(1 - cosines, 0, 2)
    return found


def in_text(result: HiddenStatesResult) -> list[int]:
    """The places of the tokens that have characters; of all where none has, such as poolings."""
    return [n for n, (start, end) in enumerate(result.offsets) if start < end] or list(range(len(result.tokens)))


def most_turned(result: HiddenStatesResult) -> tuple[int, int, float]:
    """The layer, counted from 1, the place of the token of the text that it turns most, and how far."""
    places = in_text(result)
    found = turns(result.states[:, places])
    layer, n = divmod(int(found.argmax()), len(places))
    return layer + 1, places[n], float(found[layer, n])


def rows(result: HiddenStatesResult) -> list[Row]:
    """Of each token on each layer its length and how far the layer turns it; the embeddings, layer 0, turn nothing."""
    import numpy as np  # not above, for the same reason

    lengths = np.linalg.norm(result.states, axis=-1)  # (layers + 1, tokens)
    turned = np.pad(turns(result.states), ((1, 0), (0, 0)))  # (layers + 1, tokens)
    return [
        {"layer": layer, "start": start, "end": end, "text": label, "turn": float(turn), "norm": float(norm)}
        for layer, (all_turns, norms) in enumerate(zip(turned, lengths, strict=True))
        for label, (start, end), turn, norm in zip(result.labels, result.offsets, all_turns, norms, strict=True)
    ]


def summary(result: HiddenStatesResult) -> Row:
    """The token of the text that turns most, and the layer that turns it."""
    layer, token, turn = most_turned(result)
    return {
        "tokens": len(result.tokens),
        "layers": len(result.states) - 1,
        "most_turned": result.labels[token],
        "in_layer": layer,
        "turn": turn,
    }


def format(result: HiddenStatesResult) -> dict[str, Any]:
    """{"tokens": [...], "states": [layer][token][number]}, layer 0 the embeddings"""
    return {"tokens": list(result.tokens), "states": result.states.tolist()}
