"""HTML by hand: escaping and numbers."""

from pages.ui.figures import markup
from pages.ui.figures.markup import two_digits


def test_escape_leaves_nothing_to_interpret() -> None:
    assert markup.escape('<a href="x">\'&\x00') == "&lt;a href=&quot;x&quot;&gt;&#x27;&amp;␀"
    assert markup.escape("line\nbreak\t") == "line\nbreak\t"


def test_numbers_have_no_negative_zero() -> None:
    assert (two_digits(-0.001), two_digits(-0.5), two_digits(0.126)) == ("0.00", "−0.50", "0.13")


def test_a_text_cannot_turn_round_the_words_that_follow_it() -> None:
    assert markup.escape("\u202egnp.exe\u202c") == "\ufffdgnp.exe\ufffd"
    assert markup.escape("שלום \u2067עולם\u2069") == "שלום \u2067עולם\u2069"
