"""Attention: every head as a small picture, and the heaviest links of one in words."""

import base64
import io

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from core.results import AttentionResult
from pages.ui.markup import escape, show

INK = {"light": (0, 104, 178), "dark": (108, 196, 250)}  # full weight; less weight is more transparent
SMALL = 64  # pixels: a head with more tokens is averaged down to this


def ink() -> tuple[int, int, int]:
    """The colour of attention under the visitor's theme."""
    return INK.get(st.context.theme.type or "light", INK["light"])


def thumbnail(weights: NDArray[np.float16], color: tuple[int, int, int]) -> str:
    """One head, shape (query, key), as a PNG data URI: the heavier the more opaque, its largest weight fully so."""
    size = min(len(weights), SMALL)
    edges = np.linspace(0, len(weights), size + 1).astype(int)[:-1]
    small = np.maximum.reduceat(np.maximum.reduceat(weights.astype(np.float32), edges, 0), edges, 1)
    alpha = (255 * np.sqrt(small / max(float(small.max()), 1e-6))).astype(np.uint8)
    pixels = np.dstack([np.full_like(alpha, c) for c in color] + [alpha])
    buffer = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def head_images(result: AttentionResult) -> list[list[str]]:
    """Data URIs by layer and head."""
    color = ink()
    return [[thumbnail(head, color) for head in layer] for layer in result.attentions]


def overview(result: AttentionResult) -> None:
    """All layers × heads as pictures, layers from top to bottom."""
    rows = "".join(
        f'<div class="pg-layer"><span>{n}</span>'
        + "".join(
            f'<img src="{uri}" alt="Layer {n}, head {m}" title="Layer {n}, head {m}">' for m, uri in enumerate(row, 1)
        )
        + "</div>"
        for n, row in enumerate(head_images(result), 1)
    )
    show(f'<div class="pg-heads">{rows}</div>')


def strongest(result: AttentionResult, layer: int, head: int, most: int = 5) -> None:
    """The heaviest links of a head, in words."""
    weights = result.attentions[layer - 1, head - 1].astype(np.float32)
    best = np.argsort(-weights, axis=None, kind="stable")[:most]
    links = [(int(i) // len(weights), int(i) % len(weights)) for i in best]
    items = "".join(f"<li>{token(result, q)} from {token(result, k)} <b>{weights[q, k]:.2f}</b></li>" for q, k in links)
    show(f'<ul class="pg-links" aria-label="Heaviest links">{items}</ul>')


def token(result: AttentionResult, position: int) -> str:
    """A token as code."""
    return f"<code>{escape(result.tokens[position])}</code>"
