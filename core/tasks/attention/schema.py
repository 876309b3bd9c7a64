"""What attention is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.provenance import Provenance, Row

if TYPE_CHECKING:  # numpy takes a sixth of the time in which the app starts, and listing the tasks needs no arrays
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class AttentionRequest:
    """Every attention weight of `text`, or of the pair (`text`, `text_pair`)."""

    text: str
    text_pair: str = ""


@dataclass(frozen=True)
class AttentionResult:
    """`attentions` is float16, (layers, heads, query, key); each row sums to one. Special tokens have empty offsets.

    `tokens` are as the vocabulary writes them, `labels` as a reader would, `##` before those that continue a word."""

    tokens: tuple[str, ...]
    labels: tuple[str, ...]
    offsets: tuple[tuple[int, int], ...]
    attentions: "NDArray[np.float16]"
    provenance: Provenance


def rows(result: AttentionResult) -> list[Row]:
    """Each head's mean distance in tokens and mean weight on the first token; single weights are too many for rows."""
    import numpy as np  # not above, for the same reason

    count = len(result.tokens)
    distance = np.abs(np.subtract.outer(np.arange(count), np.arange(count))).astype(np.float32)
    found: list[Row] = []
    for layer, heads in enumerate(result.attentions, 1):
        weights = heads.astype(np.float32)  # (heads, query, key)
        means = np.tensordot(weights, distance, 2) / count, weights[:, :, 0].mean(1)
        for head, (far, first) in enumerate(zip(*means, strict=True), 1):
            found.append({"layer": layer, "head": head, "mean_distance": float(far), "on_first_token": float(first)})
    return found


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
