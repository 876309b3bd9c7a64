"""Hiding words by clicks: what becomes of the text, and which words come back."""

import pytest

from pages.ui.inputs.hide_words import parts
from pages.ui.inputs.hiding import MOST_WORDS, Hidden, place, split, untouched

TEXTS = [
    "She isn't in Saint-Denis, is she?",
    "a ___ b [MASK] c <mask> ______",
    "",
    "  ___",
    "שלום 🍕 x_y",
    "word " * 500,
]


def number(hidden: Hidden, text: str) -> int:
    """The part that reads `text`."""
    return next(n for n, part in enumerate(split(hidden.text)) if part.text == text)


@pytest.mark.parametrize("text", TEXTS)
def test_parts_join_to_the_text(text: str) -> None:
    assert "".join(part.text for part in split(text)) == text


def test_words_keep_their_apostrophes_and_hyphens() -> None:
    words = [part.text for part in split(TEXTS[0]) if part.kind == "word"]
    assert words == ["She", "isn't", "in", "Saint-Denis", "is", "she"]


def test_every_placeholder_is_a_gap() -> None:
    assert [part.text for part in split(TEXTS[1]) if part.kind == "gap"] == ["___", "[MASK]", "<mask>", "______"]


def test_a_long_text_has_its_first_words_to_click() -> None:
    assert sum(part.kind == "word" for part in split(TEXTS[-1])) == MOST_WORDS


def test_words_come_back_where_they_were() -> None:
    hidden = untouched("one two three two")
    for word in ("three", "one"):
        hidden = hidden.toggle(number(hidden, word))
    assert hidden == Hidden("___ two ___ two", ("one", "three"))
    hidden = hidden.toggle(0)
    assert hidden == Hidden("one two ___ two", ("three",))
    assert hidden.toggle(number(hidden, "___")).text == "one two three two"


def test_a_typed_gap_stays_and_cannot_be_clicked() -> None:
    hidden = untouched("one ___ three").toggle(0)
    assert hidden == Hidden("___ ___ three", ("one", None))
    assert [part["fixed"] for part in parts(hidden) if part["kind"] == "gap"] == [False, True]


def test_a_candidate_goes_into_its_gap_and_the_others_keep_their_words() -> None:
    text = "The cat sat on the mat."
    hidden = untouched(text).toggle(number(untouched(text), "cat"))
    hidden = hidden.toggle(number(hidden, "mat"))
    assert hidden == Hidden("The ___ sat on the ___.", ("cat", "mat"))
    one = hidden.put(place(4, 7, "dog"))
    assert one == Hidden("The dog sat on the ___.", ("mat",))
    both = hidden.put(f"{place(4, 7, 'dog')}\n{place(19, 22, 'tables')}")
    assert both == Hidden("The dog sat on the tables.", ())


def test_a_word_that_continues_the_one_before_takes_its_place() -> None:
    assert untouched("He is un___ now.").put(place(6, 11, "unwell")).text == "He is unwell now."


@pytest.mark.parametrize("places", ["", "x", "4 7", "3 6 dog", "7 4 dog", "0 999999999 dog", "-1 7 dog"])
def test_what_is_no_place_is_left_out(places: str) -> None:
    hidden = untouched("The ___ sat.")
    assert hidden.put(places) == hidden
