"""An offer of the Hub before it is fetched: what it is, what it weighs, what it will be able to do."""

from pathlib import Path

from core.engine import EngineStatus
from core.hub.offer import NAMES, Offer
from core.hub.shelf import checkpoint_of
from pages.ui.answers.cost import megabytes, millions
from pages.ui.app import library
from pages.ui.app.families import badge
from pages.ui.figures.markup import escape, show
from pages.ui.views.models import capabilities

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


def card(offer: Offer, status: EngineStatus) -> None:
    """Architecture, size, licence, memory it will need against the budget, and its tasks."""
    row = checkpoint_of(offer, Path())
    needed = offer.parameters * BYTES.get(status.dtype, 4)
    kind = (
        "safetensors"
        if offer.weights == "safetensors"
        else "a PyTorch file, converted to safetensors after the download"
    )
    facts = [
        ("Architecture", f"{NAMES[offer.model_type]} ({offer.architecture or 'not named'})"),
        ("Parameters", f"{millions(offer.parameters)} in {offer.layers} layers"),
        ("Context", f"{offer.context_length:,} tokens"),
        ("Licence", offer.licence or "not stated"),
        ("Download", f"{megabytes(offer.size)}, {kind}"),
        ("Memory", f"{megabytes(needed)} of a budget of {megabytes(status.budget_bytes)}: it fits"),
    ]
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    show(
        f'<div class="pg-model">{badge(row.family)}<b>{escape(row.name)}</b><code>{escape(offer.id)}</code></div>'
        f'<dl class="pg-facts">{items}</dl>'
    )
    capabilities.in_words(library.catalog(), row)
