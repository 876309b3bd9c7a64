"""Spans marked in a text."""

from pages.ui.figures.marked import Mark, marked


def test_marked_text_reads_as_typed() -> None:
    shown = marked("Ada <3 Bob", [Mark(7, 10, "red", "PER"), Mark(0, 3, "blue"), Mark(1, 5, "overlap")])
    assert "<bdi>Ada</bdi></mark> &lt;3 <mark" in shown
    assert "overlap" not in shown


def test_only_text_that_may_scroll_is_a_stop_for_the_keyboard() -> None:
    assert "tabindex" not in marked("Ada met Bob.", [])
    assert 'tabindex="0"' in marked("Ada met Bob. " * 20, [])


def test_only_a_short_sentence_is_set_in_large_type() -> None:
    assert 'class="pg-text large"' in marked("Ada met Bob.", [], large=True)
    assert 'class="pg-text large long"' in marked("Ada met Bob. " * 20, [], large=True)
