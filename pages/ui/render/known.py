"""The catalogue of the Hub's checkpoints that are known by name, as a table."""

from collections.abc import Iterable, Mapping

from core.hub.catalog import Facts, KnownCheckpoint
from pages.ui.families import badge
from pages.ui.markup import callout, escape, show, table
from pages.ui.render.cost import millions

SHAPE = "Layers × width × heads"
HEADERS = ["Model", "Year", "Idea", "Learned", "Tokenizer", SHAPE, "Parameters", "Context", "Licence"]


def read_for(row: KnownCheckpoint) -> str:
    """What a search looks through."""
    return f"{row.id} {row.name} {row.family} {row.summary} {row.objective} {row.tokenizer} {row.licence}".lower()


def table_row(row: KnownCheckpoint, facts: Facts) -> list[str]:
    """The cells of one checkpoint."""
    paper = f'<a href="{escape(row.paper)}" target="_blank" rel="noopener">paper</a>'
    note = f"<br><small>{escape(row.note)}</small>" if row.note else ""
    return [
        f"{badge(row.family)} <b>{escape(row.name)}</b><br><small>{escape(row.id)}</small>",
        str(row.year),
        f"{escape(row.summary)} {paper}{note}",
        escape(row.objective),
        f"{escape(row.tokenizer)}, {facts.vocabulary:,}",
        f"{facts.layers} × {facts.hidden_size:,} × {facts.heads}",
        millions(facts.parameters),
        f"{facts.context_length:,}",
        escape(row.licence.replace("-", "\N{NON-BREAKING HYPHEN}")),
    ]


def catalogue(rows: Iterable[KnownCheckpoint], facts: Mapping[str, Facts], wanted: str) -> None:
    """The rows that have every word of `wanted`."""
    words = wanted.lower().split()
    found = [row for row in rows if all(word in read_for(row) for word in words)]
    if not found:
        show(callout(f"Nothing in the catalogue has “{wanted}”.", "You can type any Hub model ID above.", "note"))
        return
    cells = [table_row(row, facts[row.id]) for row in found]
    show(table(HEADERS, cells, "Models on the Hub, by name", numeric=(1, 5, 6, 7)))
