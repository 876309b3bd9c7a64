"""Attention: every head as a small picture, and the heaviest links of one in words."""

import base64
import io
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from core.comparison.agreement import UNMARKED, Odd
from core.inspect.attention import AttentionTable
from core.tasks.attention.parts import shrink
from core.tasks.attention.schema import AttentionResult
from core.text.phrases import chance
from pages.ui.figures.markup import escape, show

INK = {"light": (0, 104, 178), "dark": (108, 196, 250)}  # full weight; less weight is more transparent
_made: dict[tuple[Callable[..., Any], int, tuple[int, int, int]], Any] = {}  # by the address of weights, and colour
SMALL = 64  # pixels: a head with more tokens is made as small as this


def ink() -> tuple[int, int, int]:
    """The colour of attention under the visitor's theme."""
    return INK.get(st.context.theme.type or "light", INK["light"])


def png(levels: NDArray[np.uint8], color: tuple[int, int, int] | None = None) -> bytes:
    """Levels, (height, width), as a PNG: as they are, or as the opacity of a colour."""
    image = Image.fromarray(levels)
    options: dict[str, bytes] = {}
    if color:
        image = image.convert("P")
        image.putpalette(color * 256)
        options["transparency"] = bytes(range(256))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=3, **options)
    return buffer.getvalue()


def data_uri(image: bytes) -> str:
    """The PNG as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(image).decode()


def opacity(weights: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Heads, (..., query, key), as levels: the heavier the more opaque, the largest weight of each fully so."""
    largest = np.maximum(weights.max((-1, -2), keepdims=True), 1e-6)
    levels: NDArray[np.uint8] = (255 * np.sqrt(weights / largest)).astype(np.uint8)
    return levels


def made_once(make: Callable[[NDArray[np.uint8]], Any], result: AttentionResult) -> Any:
    """What `make` makes of all heads, small, under the visitor's theme: once, and kept as long as the weights are."""
    key = make, id(result.attentions), ink()
    if key not in _made:
        _made[key] = make(opacity(shrink(result.attentions, SMALL).astype(np.float32)))
        weakref.finalize(result.attentions, _made.pop, key, None)
    return _made[key]


def head_images(result: AttentionResult) -> list[list[str]]:
    """Data URIs by layer and head."""
    images: list[list[str]] = made_once(_one_by_one, result)
    return images


def _one_by_one(small: NDArray[np.uint8]) -> list[list[str]]:
    return [[data_uri(png(head, ink())) for head in layer] for layer in small]


def sheet(result: AttentionResult) -> bytes:
    """All heads as one PNG: a row of them for each layer."""
    image: bytes = made_once(_side_by_side, result)
    return image


def _side_by_side(small: NDArray[np.uint8]) -> bytes:
    layers, heads, size, _ = small.shape
    return png(small.transpose(0, 2, 1, 3).reshape(layers * size, heads * size), ink())


def overview(result: AttentionResult, odd: Odd = UNMARKED) -> None:
    """All layers × heads as pictures; heads in `odd` are dashed."""
    show(grid(result, odd))


def grid(result: AttentionResult, odd: Odd = UNMARKED) -> str:
    """All layers × heads as pictures, layers from top to bottom, HTML."""
    rows = "".join(
        f'<div class="pg-layer"><span>{n}</span>'
        + "".join(picture(uri, n, m, (n, m) in odd) for m, uri in enumerate(row, 1))
        + "</div>"
        for n, row in enumerate(head_images(result), 1)
    )
    return f'<div class="pg-heads">{rows}</div>'


def picture(uri: str, layer: int, head: int, dashed: bool) -> str:
    """One head."""
    name = f"Layer {layer}, head {head}"
    return f'<img src="{uri}" alt="{name}" title="{name}"{" class=dashed" if dashed else ""}>'


def strongest(shown: AttentionTable, most: int = 5) -> None:
    """The heaviest links of a table, (query, key), in words; no token's to itself."""
    rows, columns = shown.query_labels, shown.labels
    weights = shown.weights.copy()
    if not shown.rows:
        np.fill_diagonal(weights, 0)
    count = min(most, int(np.count_nonzero(weights)))
    heaviest = np.argpartition(-weights, count - 1, axis=None)[:count] if count else np.empty(0, dtype=np.intp)
    places = sorted(divmod(int(n), len(columns)) for n in heaviest)
    links = sorted(places, key=lambda place: -float(weights[place]))
    items = "".join(
        f"<li>{code(rows[q])} → {code(columns[k])} <b>{escape(chance(shown.weights[q, k]))}</b></li>" for q, k in links
    )
    show(f'<ul class="pg-links" aria-label="Strongest links">{items}</ul>')


def code(label: str) -> str:
    """A token as code."""
    return f"<code>{escape(label)}</code>"
