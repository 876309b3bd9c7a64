"""Explain: what an answer rests on, which explanation to believe, what would change it, what parts do."""

from collections.abc import Callable
from functools import partial

from pages.ui.app import frame
from pages.ui.views import claims
from pages.ui.views.explain.faithful import faithful
from pages.ui.views.explain.off import off
from pages.ui.views.explain.otherwise import otherwise
from pages.ui.views.explain.rests import rests

VIEWS: dict[str, Callable[[], None]] = {
    "What it rests on": rests,
    "Switch it off": off,
    "Faithfulness": faithful,
    "Counterfactuals": otherwise,
    claims.NAME: partial(claims.claims_view, "explain"),
}

frame.page(__file__, "explain_view", VIEWS)
