"""Attention: every head as a small picture, and the heaviest links of one in words."""

import base64
import io
import weakref

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.attention.schema import AttentionResult
from core.text.phrases import chance
from pages.ui.figures.markup import escape, show

INK = {"light": (0, 104, 178), "dark": (108, 196, 250)}  # full weight; less weight is more transparent
_images: dict[tuple[int, tuple[int, int, int]], list[list[str]]] = {}  # by the address of weights, and colour
SMALL = 64  # pixels: a head with more tokens is averaged down to this


def ink() -> tuple[int, int, int]:
    """The colour of attention under the visitor's theme."""
    return INK.get(st.context.theme.type or "light", INK["light"])


def shrink(attentions: NDArray[np.float16]) -> NDArray[np.float32]:
    """Each head, shape (..., query, key), at most SMALL on a side; every cell the largest weight that fell into it."""
    tokens = attentions.shape[-1]
    size = min(tokens, SMALL)
    edges = np.linspace(0, tokens, size + 1).astype(int)[:-1]
    ordered = np.ascontiguousarray(attentions).view(np.uint16)  # halves that are not negative sort like their bits
    small = np.maximum.reduceat(np.maximum.reduceat(ordered, edges, axis=-2), edges, axis=-1)
    return small.view(np.float16).astype(np.float32)


def thumbnail(weights: NDArray[np.float32], color: tuple[int, int, int]) -> str:
    """One head, shape (query, key), as a PNG data URI: the heavier the more opaque, its largest weight fully so."""
    opacity = 255 * np.sqrt(weights / max(float(weights.max()), 1e-6))
    image = Image.fromarray(opacity.astype(np.uint8)).convert("P")
    image.putpalette(color * 256)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", transparency=bytes(range(256)), compress_level=3)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def head_images(result: AttentionResult) -> list[list[str]]:
    """Data URIs by layer and head, made once and kept as long as the weights are."""
    color = ink()
    key = id(result.attentions), color
    if key not in _images:
        _images[key] = [[thumbnail(head, color) for head in layer] for layer in shrink(result.attentions)]
        weakref.finalize(result.attentions, _images.pop, key, None)
    return _images[key]


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


def strongest(result: AttentionResult, layer: int, head: int, most: int = 5) -> None:
    """The heaviest links of a head, in words."""
    weights = result.attentions[layer - 1, head - 1].astype(np.float32)
    best = np.argsort(-weights, axis=None, kind="stable")[:most]
    links = [(int(i) // len(weights), int(i) % len(weights)) for i in best]
    items = "".join(
        f"<li>{token(result, q)} → {token(result, k)} <b>{escape(chance(weights[q, k]))}</b></li>" for q, k in links
    )
    show(f'<ul class="pg-links" aria-label="Strongest links">{items}</ul>')


def token(result: AttentionResult, position: int) -> str:
    """A token as code."""
    return f"<code>{escape(result.labels[position])}</code>"
