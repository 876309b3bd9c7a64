"""Attention: every head as a small picture, and the heaviest links of one in words."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.results import AttentionResult
from pages.ui.html import escape, show

BLUE = (38, 120, 200)
SMALL = 64  # pixels: a head with more tokens is averaged down to this


def thumbnail(weights: NDArray[np.float16]) -> str:
    """One head, shape (query, key), as a PNG data URI: the heavier the more opaque, its largest weight fully so."""
    size = min(len(weights), SMALL)
    edges = np.linspace(0, len(weights), size + 1).astype(int)[:-1]
    small = np.maximum.reduceat(np.maximum.reduceat(weights.astype(np.float32), edges, 0), edges, 1)
    alpha = (255 * np.sqrt(small / max(float(small.max()), 1e-6))).astype(np.uint8)
    pixels = np.dstack([np.full_like(alpha, c) for c in BLUE] + [alpha])
    buffer = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def head_images(result: AttentionResult) -> list[list[str]]:
    """Data URIs by layer and head."""
    return [[thumbnail(head) for head in layer] for layer in result.attentions]


def overview(result: AttentionResult) -> None:
    """All layers × heads as pictures, layers from top to bottom."""
    rows = "".join(
        f'<div class="pg-layer"><span>{n}</span>'
        + "".join(f'<img src="{uri}" alt="Layer {n}, head {m}" title="Layer {n}, head {m}">' for m, uri in enumerate(row, 1))
        + "</div>"
        for n, row in enumerate(head_images(result), 1)
    )
    show(f'<div class="pg-heads">{rows}</div>')


def title(result: AttentionResult, layer: int, head: int) -> None:
    """Which head is shown, and how its colours are to be read."""
    largest = float(result.attentions[layer - 1, head - 1].max())
    note = f"rows take, columns give; full colour is {largest:.2f}"
    show(f'<div class="pg-sub"><b>Layer {layer}, head {head}</b><span>{note}</span></div>')


def strongest(result: AttentionResult, layer: int, head: int, most: int = 5) -> None:
    """The heaviest links of a head, in words."""
    weights = result.attentions[layer - 1, head - 1].astype(np.float32)
    best = np.argsort(-weights, axis=None, kind="stable")[:most]
    links = [(int(i) // len(weights), int(i) % len(weights)) for i in best]
    items = "".join(
        f"<li><code>{escape(result.tokens[q])}</code> from <code>{escape(result.tokens[k])}</code> <b>{weights[q, k]:.2f}</b></li>"
        for q, k in links
    )
    show(f'<ul class="pg-links" aria-label="Heaviest links">{items}</ul>')
