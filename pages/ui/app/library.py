"""The checkpoints that a visitor may use, and what is known of them."""

from core.checkpoints.catalog import Catalog, load_catalog
from core.engine import Library
from pages.ui.app import engine
from pages.ui.app.visitor import visitor_id


def get_library() -> Library:
    """The library for this visitor; waits for it right after a start."""
    return engine.visit().library


def catalog() -> Catalog:
    """The checkpoints that this visitor may use; those that came with the playground while it is still starting."""
    ready = engine.ready_visit()
    return ready.library.catalog if ready else load_catalog().of(visitor_id())
