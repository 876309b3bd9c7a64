"""Objectives: what encoders are trained to do, tried by hand."""

from collections.abc import Callable

from pages.ui.app import frame
from pages.ui.views.objectives.masked import masked_view
from pages.ui.views.objectives.next_sentence import next_sentence_view
from pages.ui.views.objectives.pretrain import pretrain_view
from pages.ui.views.objectives.replaced import replaced_view

VIEWS: dict[str, Callable[[], None]] = {
    "Masked language modelling": masked_view,
    "Next sentence": next_sentence_view,
    "Replaced tokens": replaced_view,
    "Pre-train a tiny one": pretrain_view,
}

frame.page(__file__, "objectives_view", VIEWS)
