"""What is said of a result's cost."""

from core.provenance import Unread
from pages.ui.answers.cost import not_read


def test_what_was_not_read_is_said_with_its_first_words() -> None:
    parts = [Unread(1, "end"), Unread(1200, "The river runs …"), *[Unread(2, "more")] * 3]
    assert not_read(parts) == [
        "1 token, beginning with “end”, did not fit and was not read",
        "1,200 tokens, beginning with “The river runs …”, did not fit and were not read",
        "2 tokens, beginning with “more”, did not fit and were not read",
        "4 more were not read in other places",
    ]
