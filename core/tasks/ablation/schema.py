"""What ablation is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.provenance import Provenance, Row
from core.tasks.target import COSINE, Target

if TYPE_CHECKING:  # numpy takes a sixth of the time in which the app starts, and listing the tasks needs no arrays
    import numpy as np
    from numpy.typing import NDArray

NetworkPart = Literal["heads", "layers", "feed-forwards"]


@dataclass(frozen=True)
class AblationRequest:
    """The target with parts of the network switched off, all counted from 1: `heads` (layer, head), whole `layers`,
    and of layers the `feed_forwards`. With `each`, also what every single head, layer or feed-forward part does to it.
    """

    text: str
    text_pair: str = ""
    target: Target = COSINE
    heads: tuple[tuple[int, int], ...] = ()
    layers: tuple[int, ...] = ()
    feed_forwards: tuple[int, ...] = ()
    each: NetworkPart | None = None


@dataclass(frozen=True)
class AblationResult:
    """The probability of the target (a cosine is one itself) with the whole network and with the parts switched off,
    and the logits. `importance` is by how much the probability falls without each part of the kind `each` alone,
    float32, (layers, heads) or (layers, 1), empty without it; `logit_importance` the same of the logit. Of a class also
    whether it is the most probable one, `best_before`, `best_after`, and without each part, like `importance`."""

    text: str
    text_pair: str
    target: str
    before: float
    after: float
    logit_before: float
    logit_after: float
    each: NetworkPart | None
    importance: "NDArray[np.float32]"
    logit_importance: "NDArray[np.float32]"
    provenance: Provenance
    best_before: bool | None = None
    best_after: bool | None = None
    best_without: "NDArray[np.bool_] | None" = None


def rows(result: AblationResult) -> list[Row]:
    """One row for each part that was switched off alone; without any, one for all together."""
    if not result.importance.size:
        return [{"part": "all", "value": result.before - result.after}]
    heads = result.each == "heads"
    return [
        {"layer": layer, "head": head if heads else 0, "value": float(value), "logit_fall": float(logit)}
        for layer, parts in enumerate(zip(result.importance, result.logit_importance, strict=True), 1)
        for head, (value, logit) in enumerate(zip(*parts, strict=True), 1)
    ]


def strongest_part(result: AblationResult) -> tuple[int, int, float] | None:
    """Layer and head of the part without which the logit changes most, counted from 1, and its fall; None without
    parts."""
    falls = result.logit_importance
    if not falls.size:
        return None
    layer, head = divmod(int(abs(falls).argmax()), falls.shape[1])
    return layer + 1, head + 1, float(falls[layer, head])


def summary(result: AblationResult) -> Row:
    """Before, after, and the part that matters most."""
    best = strongest_part(result)
    most = "" if best is None else f"{best[0]}.{best[1]}" if result.each == "heads" else str(best[0])
    return {
        "before": result.before,
        "after": result.after,
        "most_important": most,
        "logit_fall": best[2] if best else 0.0,
    }


def format(result: AblationResult) -> dict[str, Any]:
    """{"target", "before", "after", "logit_before", "logit_after", "importance": [layer][head]}; one head a layer where
    whole layers or feed-forward parts were switched off."""
    return {
        "target": result.target,
        "before": result.before,
        "after": result.after,
        "logit_before": result.logit_before,
        "logit_after": result.logit_after,
        "importance": result.importance.tolist(),
    }
