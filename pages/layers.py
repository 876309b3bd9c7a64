"""Layers: what the trained head and small probes read from every layer, and how the vectors of words lie there."""

from collections.abc import Callable

from core.tasks.logit_lens.schema import LogitLensRequest
from core.text.spans import PLACEHOLDER
from pages.ui.answers import logit_lens
from pages.ui.app import frame
from pages.ui.app.desk import answer
from pages.ui.app.replies import Reply, ask
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.checkpoints import pick_checkpoints
from pages.ui.inputs.texts import between_commas, text_boxes
from pages.ui.views.claims import NAME
from pages.ui.views.layers.claims import layers_claims
from pages.ui.views.layers.geometry import geometry_view
from pages.ui.views.layers.neurons import neurons_view
from pages.ui.views.layers.probing import probing_view
from pages.ui.views.side_by_side import draw

MOST_GAPS = 8  # that are drawn
LABELS = {
    "text": "Sentence, with ___ for a hidden word",
    "words": "Words to follow through the layers, separated by commas (optional)",
}


def lens() -> None:
    """The best word for every token on every layer, and the ranks of chosen words in each gap."""
    values = text_boxes("logit-lens", "lens", LABELS)
    checkpoints = pick_checkpoints("logit-lens", "lens")
    request = LogitLensRequest(values["text"], between_commas(values["words"]))
    with answer():
        if request.words and not PLACEHOLDER.search(request.text):
            show(callout("There is no gap to follow words in.", "Type ___ where a word is hidden.", "note"))
        leave_row("lens", draw(ask("logit-lens", checkpoints, [request]), layer_by_layer))


def layer_by_layer(reply: Reply) -> None:
    """One checkpoint: each gap with its words, then all tokens."""
    gaps = reply.result.gaps
    for n, gap in enumerate(gaps[:MOST_GAPS], 1):
        logit_lens.settled(gap, f"Gap {n}" if len(gaps) > 1 else "The gap", reply.result.depth)
        with figure(f"Ranks in gap {n}" if len(gaps) > 1 else "Ranks", key := f"ranks-{n}-{reply.checkpoint}"):
            logit_lens.curves(gap, f"{key}-chart")
    if len(gaps) > MOST_GAPS:
        show(
            callout(
                f"Only the first {MOST_GAPS} of {len(gaps)} gaps are drawn.", "The CSV and the JSON have all.", "note"
            )
        )
    with figure("All tokens", f"tokens-{reply.checkpoint}"):
        logit_lens.words_by_layer(reply.result)


VIEWS: dict[str, Callable[[], None]] = {
    "Lens": lens,
    "Probing": probing_view,
    "Geometry": geometry_view,
    "Neurons": neurons_view,
    NAME: layers_claims,
}

frame.page(__file__, "layers_view", VIEWS)
