"""What attention is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.provenance import Provenance, Row

if TYPE_CHECKING:  # numpy takes a sixth of the time in which the app starts, and listing the tasks needs no arrays
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class AttentionRequest:
    """The attention weights of `text`, or of the pair (`text`, `text_pair`): all of them, 75 MB for 512 tokens under
    twelve layers of twelve heads, or a part.

    `layer` and `head`, counted from 1, choose one; 0 gives all. With `cells` each head is at most so many on a side.
    """

    text: str
    text_pair: str = ""
    layer: int = 0
    head: int = 0
    cells: int = 0


@dataclass(frozen=True)
class AttentionResult:
    """`attentions` is float16, (layers, heads, query, key), of the heads that were asked for; each row sums to one
    unless it was made smaller. Of every head, whatever was asked for, (layers, heads): `mean_distance`, how many tokens
    away it looks, and `on_first_token`, the weight that it rests there, both means over its queries.

    `tokens` are as the vocabulary writes them, `labels` as a reader would, `##` before those that continue a word.
    Special tokens have empty offsets.
    """

    tokens: tuple[str, ...]
    labels: tuple[str, ...]
    offsets: tuple[tuple[int, int], ...]
    attentions: "NDArray[np.float16]"
    mean_distance: "NDArray[np.float32]"
    on_first_token: "NDArray[np.float32]"
    provenance: Provenance

    @property
    def network(self) -> tuple[int, int]:
        """How many layers there are, and heads in each."""
        layers, heads = self.mean_distance.shape
        return layers, heads


def rows(result: AttentionResult) -> list[Row]:
    """Each head's mean distance in tokens and mean weight on the first token; single weights are too many for rows."""
    measures = zip(result.mean_distance.tolist(), result.on_first_token.tolist(), strict=True)
    return [
        {"layer": layer, "head": head, "mean_distance": far, "on_first_token": first}
        for layer, heads in enumerate(measures, 1)
        for head, (far, first) in enumerate(zip(*heads, strict=True), 1)
    ]


def summary(result: AttentionResult) -> Row:
    """Of all heads the one that looks farthest and the one that rests most on the first token."""
    heads = rows(result)
    far, first = (max(heads, key=lambda head: head[name]) for name in ("mean_distance", "on_first_token"))
    return {
        "tokens": len(result.tokens),
        "farthest_head": f"{far['layer']}.{far['head']}",
        "mean_distance": far["mean_distance"],
        "first_token_head": f"{first['layer']}.{first['head']}",
        "on_first_token": first["on_first_token"],
    }


def format(result: AttentionResult) -> dict[str, Any]:
    """{"tokens": [...], "attentions": [layer][head][query][key]}"""
    return {"tokens": list(result.tokens), "attentions": result.attentions.round(4).tolist()}
