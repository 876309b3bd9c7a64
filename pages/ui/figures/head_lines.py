"""Attention as lines between two columns of tokens: a component of ours, its script in assets/head_lines.js."""

import base64
from collections.abc import Sequence
from functools import partial

import numpy as np

from core.inspect.attention import AttentionTable
from core.text.phrases import shorten
from pages.ui.app.keys import safe_key
from pages.ui.figures.component import component
from pages.ui.figures.figure import record
from pages.ui.figures.heads import ink
from pages.ui.figures.markup import escape, show, subtitle

COLORS = (  # of heads side by side
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"),
    *("#7a5195", "#8c564b", "#6b8e23", "#c2185b", "#00897b", "#708090"),
)
MOST_LINKS = 30_000  # that go to the browser: 240 kB
LINE, SIDE, BETWEEN = 24, 160, 240  # pixels, in the file
HINT = "Point at a word, tap it, or use the arrow keys: where does it look? On the right: who looks at it?"
_mount = component("head_lines", "lines")
Links = np.ndarray  # (links, 4): query, key, head, weight


def head_lines(
    shown: AttentionTable, title: str, note: str, key: str, *, heads: Sequence[str], threshold: float, overview: str,
    chosen: str,
) -> None:  # fmt: skip
    """A table of one head, or of several, which are then named by `heads`. Links below the threshold are left out. The
    overview of the key `overview` frames `chosen`, a head such as 3.4."""
    show(subtitle(title, note))
    rows, columns = shown.query_labels, shown.labels
    links = links_of(shown, threshold)
    colors = list(COLORS) if len(heads) > 1 else ["rgb({},{},{})".format(*ink())]
    named = [{"name": name, "color": colors[n % len(colors)]} for n, name in enumerate(heads)]
    record(partial(picture, rows, columns, links, [one["color"] for one in named]))
    data = {
        "rows": rows,
        "columns": columns,
        "links": packed(links),
        "heads": named,
        "hint": HINT,
        "overview": safe_key(overview),
        "chosen": chosen,
        "alt": f"{title}: lines from {len(rows)} tokens to those they attend to. The arrow keys choose one.",
    }
    _mount(key=safe_key(key), data=data)


def links_of(shown: AttentionTable, threshold: float) -> Links:
    """The links that are at least so heavy, at most MOST_LINKS, the heaviest first; (links, 4)."""
    heads = shown.weights.reshape(-1, *shown.weights.shape[-2:])
    head, query, key = np.nonzero(heads >= max(threshold, 1e-6))
    weights = heads[head, query, key]
    order = np.argsort(-weights, kind="stable")[:MOST_LINKS]
    return np.stack([query, key, head, weights], axis=1)[order]


def packed(links: Links) -> str:
    """As assets/head_lines.js reads them."""
    query, key, head = links[:, :3].astype(np.uint16).T
    level = np.clip(np.rint(255 * links[:, 3]), 1, 255)
    columns = (query & 255, query >> 8, key & 255, key >> 8, head, level)
    return base64.b64encode(np.stack(columns, axis=1).astype(np.uint8).tobytes()).decode()


def picture(rows: Sequence[str], columns: Sequence[str], links: Links, colors: Sequence[str]) -> str:
    """All lines as SVG, for the file."""
    height = LINE * max(len(rows), len(columns))
    left, right = SIDE, SIDE + BETWEEN
    middle = (left + right) / 2
    lines = []
    for query, key, head, weight in links.tolist():
        start, end = (LINE * (place + 0.5) for place in (query, key))
        level = min(weight, 1) ** 0.5
        lines.append(
            f'<path d="M{left} {start}C{middle} {start} {middle} {end} {right} {end}" fill="none" '
            f'stroke="{colors[int(head)]}" stroke-opacity="{0.15 + 0.85 * level:.2f}" '
            f'stroke-width="{0.8 + 2.4 * level:.1f}"/>'
        )
    names = [
        f'<text x="{x}" y="{LINE * (n + 0.5)}" dy=".35em" font-size="14" text-anchor="{anchor}" fill="currentColor">'
        f"{escape(shorten(label, 18))}</text>"
        for labels, x, anchor in ((rows, left - 8, "end"), (columns, right + 8, "start"))
        for n, label in enumerate(labels)
    ]
    return f'<svg width="{right + SIDE}" height="{height}" role="img">{"".join(lines)}{"".join(names)}</svg>'
