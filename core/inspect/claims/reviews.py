"""Our own reviews, on which claims about sentiment are measured."""

from functools import cache

from core.engine import Engine
from core.files.tables import read_table
from core.inspect.choosing import choose_class
from core.inspect.subject import Subject
from core.paths import ASSETS
from core.tasks.text_classification.schema import TextClassificationRequest

REVIEWS = 48


@cache
def labelled_reviews() -> tuple[tuple[str, str], ...]:
    """Their texts, each with positive or negative."""
    table = read_table("reviews.csv", (ASSETS / "reviews.csv").read_bytes())
    rows = tuple(zip(table.column("text"), table.column("label"), strict=True))
    assert len(rows) == REVIEWS, f"there are {len(rows)}"
    return rows


def each_review(engine: Engine, checkpoint: str) -> list[Subject]:
    """The probability of the right class of every review; InputError for a checkpoint of other classes."""
    return [
        choose_class(engine, checkpoint, TextClassificationRequest(text), label) for text, label in labelled_reviews()
    ]
