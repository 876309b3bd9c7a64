"""Fine-tune: a model learns from one's own rows, and is tried beside what it was before."""

from pages.ui.app import frame
from pages.ui.views.training.finetune import finetune_view
from pages.ui.views.training.several import several_view
from pages.ui.views.training.ways import ways_view

VIEWS = {"Train": finetune_view, "Several tasks": several_view, "Recipes compared": ways_view}

frame.page(__file__, "finetune_view", VIEWS)
