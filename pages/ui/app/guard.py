"""The one place that catches errors: a user's mistake becomes a sentence, and the rest of the page stays."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import EmptyTextError, PlaygroundError
from pages.ui.figures import markup

TYPE = "Type a sentence or pick an example."


@contextmanager
def guard() -> Iterator[None]:
    """Shows a PlaygroundError where the block would have drawn."""
    try:
        yield
    except PlaygroundError as e:
        markup.show(markup.callout(e.message, TYPE if isinstance(e, EmptyTextError) else e.hint))
