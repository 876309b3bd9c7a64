"""The catalogue of the Hub's checkpoints that are known by name, as cards."""

from collections.abc import Iterable

from core.checkpoints.known import Facts, KnownCheckpoint
from pages.ui.answers.cost import millions
from pages.ui.app.families import badge
from pages.ui.figures.markup import escape, show

DOT = "\N{NO-BREAK SPACE}· "  # stays at the end of a line


def read_for(row: KnownCheckpoint) -> str:
    """What a search looks through."""
    what = f"{row.id} {row.name} {row.family} {row.domain} {row.summary}"
    return f"{what} {row.objective} {row.tokenizer} {row.licence}".lower()


def matching(rows: Iterable[KnownCheckpoint], wanted: str) -> list[KnownCheckpoint]:
    """The rows that have every word of `wanted`."""
    words = wanted.lower().split()
    return [row for row in rows if all(word in read_for(row) for word in words)]


def card(row: KnownCheckpoint, facts: Facts) -> None:
    """What one checkpoint is for, how it was made and how large it is."""
    paper = f'<a href="{escape(row.paper)}" target="_blank" rel="noopener">paper</a>'
    note = f'<p class="pg-note">{escape(row.note)}</p>' if row.note else ""
    told = (
        f"{millions(facts.parameters)} parameters",
        f"{facts.layers} layers, {facts.heads} heads, width {facts.hidden_size:,}",
        f"reads up to {facts.context_length:,} tokens",
        f"{row.tokenizer}: {facts.vocabulary:,} tokens in the vocabulary",
        f"objective: {row.objective}",
        row.licence if row.licence != "not stated" else "licence not stated",
    )
    show(
        f'<div class="pg-model">{badge(row.family)}<b>{escape(row.name)}</b><span>{row.year}</span>'
        f"<code>{escape(row.id)}</code></div>"
        f'<div class="pg-known"><p>{escape(row.summary)} {paper}</p>{note}'
        f"<p><small>{escape(DOT.join(told))}</small></p></div>"
    )
