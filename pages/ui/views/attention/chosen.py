"""The heads that are chosen on a text, as one table, and its picture."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.errors import InputError
from core.inspect.attention import AttentionTable, HeadWeights, Mix, mix, table
from core.inspect.rollout import flow, rollout
from core.tasks.attention.schema import AttentionResult
from core.text.phrases import quoted
from pages.ui.app.replies import Reply, ask
from pages.ui.figures import heads
from pages.ui.figures.figure import figure
from pages.ui.figures.head_lines import head_lines
from pages.ui.figures.head_map import difference_map, head_map
from pages.ui.figures.markup import callout, show
from pages.ui.views.attention.options import (
    ALL_MAX,
    ALL_MEAN,
    CHOSEN,
    FLOW,
    HEADS_MAX,
    HEADS_MEAN,
    LAYER,
    LAYERS_MAX,
    LAYERS_MEAN,
    LINES,
    ONE,
    ROLLOUT,
    Look,
)

HeadPlace = tuple[int, int]  # layer and head, counted from 1
PLACE = re.compile(r"(\d{1,3})\.(\d{1,3})")
MAXIMA = (HEADS_MAX, LAYERS_MAX, ALL_MAX)


@dataclass(frozen=True)
class ShownHeads:
    """What is drawn of a reply: its `title`, the head that the sliders choose, the weights as they are shown, and the
    names of the heads where there are several."""

    title: str
    layer: int
    head: int
    table: AttentionTable
    names: tuple[str, ...]
    look: Look

    @property
    def framed(self) -> str:
        """Which head of the overview it is, such as 3.4; none where it is of more than one."""
        return f"{self.layer}.{self.head}" if self.look.way == ONE else ""

    def fields(self) -> dict[str, Any]:
        """What the JSON file has: all heads together would be too much for one."""
        places = {"layer": self.layer, "head": self.head} if self.look.way == ONE else {}
        rows = {"rows": self.table.rows} if self.table.rows else {}
        weights = self.table.weights.astype(float).round(6).tolist()
        treated = {"words": self.look.words, "specials": str(self.look.specials)}
        return {"shown": self.title, **places, **treated, **rows, "tokens": self.table.labels, "weights": weights}


def read_heads(reply: Reply, place: HeadPlace, look: Look) -> ShownHeads:
    """Asks for the weights that are wanted, of the chosen head or the last that this checkpoint has."""
    request = reply.requests[0]
    layer, head = map(min, zip(place, reply.result.network, strict=True))
    asked = {
        ONE: (layer, head),
        **dict.fromkeys((LAYER, HEADS_MEAN, HEADS_MAX), (layer, 0)),
        **dict.fromkeys((LAYERS_MEAN, LAYERS_MAX), (0, head)),
    }.get(look.way, (0, 0))
    (found,) = ask("attention", [reply.checkpoint], [replace(request, cells=0, layer=asked[0], head=asked[1])])
    if found.error:
        raise found.error
    weights = one_of(found.result, look)
    texts = request.text, request.text_pair
    shown = table(found.result, weights, texts, words=look.words, specials=look.specials)
    if look.between and 1 in shown.segments:
        shown = shown.between(*look.between)
    names = tuple(str(n + 1) for n in range(len(weights))) if weights.ndim == 3 else ("",)
    return ShownHeads(title_of(look, layer, head), layer, head, shown, names, look)


def one_of(result: AttentionResult, look: Look) -> HeadWeights:
    """The heads that came as one, (query, key), or those of a layer beside each other, (heads, query, key)."""
    if look.way == LAYER:
        return np.asarray(result.attentions[0], dtype=np.float32)
    if look.way in (ROLLOUT, FLOW):
        return (flow if look.way == FLOW else rollout)(result.attentions)
    if look.way == CHOSEN:
        return mix(result.attentions[tuple(zip(*places(look.heads, result.network), strict=True))][:, None])
    return mix(result.attentions, Mix.MAX if look.way in MAXIMA else Mix.MEAN)


def places(text: str, network: tuple[int, int]) -> list[HeadPlace]:
    """The heads that are named, counted from 0; InputError for one that there is not."""
    names = [one.strip() for one in text.split(",") if one.strip()]
    found = []
    for name in names:
        match = PLACE.fullmatch(name)
        place = (int(match[1]), int(match[2])) if match else (0, 0)
        if not all(1 <= number <= most for number, most in zip(place, network, strict=True)):
            message = f"There is no head {quoted(name)}; there are {network[0]} layers of {network[1]} heads."
            raise InputError(message, "Write layer.head, such as 3.4, 5.1.")
        found.append((place[0] - 1, place[1] - 1))
    if not found:
        raise InputError("No head is chosen.", "Write layer.head, such as 3.4, 5.1.")
    return found


def title_of(look: Look, layer: int, head: int) -> str:
    """What is shown, in words."""
    return {
        ONE: f"Layer {layer}, head {head}",
        LAYER: f"Layer {layer}, all heads",
        HEADS_MEAN: f"Layer {layer}, mean of its heads",
        HEADS_MAX: f"Layer {layer}, maximum of its heads",
        LAYERS_MEAN: f"Head {head}, mean over layers",
        LAYERS_MAX: f"Head {head}, maximum over layers",
        CHOSEN: f"Mean of {look.heads}",
        ALL_MEAN: ALL_MEAN,
        ALL_MAX: ALL_MAX,
        ROLLOUT: "Rollout through all layers",
        FLOW: "Flow through all layers",
    }[look.way]


def draw_heads(shown: ShownHeads, name: str) -> None:
    """The picture, which has a `name` of its own on the page; its overview is “heads-” and that name."""
    overview = f"heads-{name}"
    if not shown.table.query_labels or not shown.table.labels:
        show(callout("There is nothing to show without special tokens.", "Show them under Settings.", "note"))
        return
    with figure(shown.title, key := f"map-{name}"):
        if shown.look.picture == LINES:
            head_lines(
                shown.table,
                shown.title,
                f"{shown.look.note}; links from {shown.look.threshold:.2f}",
                f"lines-{name}",
                heads=shown.names,
                threshold=shown.look.threshold,
                overview=overview,
                chosen=shown.framed,
            )
        else:
            head_map(shown.table, shown.title, shown.look.note, key, overview, shown.framed)


def draw_strongest(shown: ShownHeads) -> None:
    """The heaviest links in words; of heads beside each other the heaviest of any."""
    table = shown.table
    heads.strongest(replace(table, weights=table.weights.max(0)) if table.weights.ndim == 3 else table)


def apart(one: Sequence[str], other: Sequence[str]) -> str:
    """Why the weights of two checkpoints have no difference: their words, or how far they have read."""
    shared = min(len(one), len(other)) - 1  # the last word that was read may be cut
    if len(one) != len(other) and list(one[:shared]) == list(other[:shared]):
        return "One of them read less of the text"
    return "Their words are divided differently"


def draw_difference(one: ShownHeads, other: ShownHeads, names: tuple[str, str]) -> None:
    """Where two checkpoints differ, if the same words stand in both tables."""
    tables = one.table, other.table
    if tables[0].weights.ndim == 3 or not tables[0].labels:
        return
    if (tables[0].query_labels, tables[0].labels) != (tables[1].query_labels, tables[1].labels):
        show(callout(f"{apart(tables[0].labels, tables[1].labels)}, so no difference is shown.", "", "note"))
        return
    with figure("Difference", "attention-difference"):
        weights = tables[0].weights - tables[1].weights
        note = f"{one.look.note}; blue: {names[0]} attends more, orange: {names[1]} does"
        difference_map(replace(tables[0], weights=weights), "Difference", note, "attention-difference-map")
