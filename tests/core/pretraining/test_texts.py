"""The text of a pretraining, cut into sentences."""

import pytest

from core.errors import InputError
from core.pretraining.texts import MOST_CHARACTERS, cut, decode_text, hold_out

WORDS = "word " * 300


def test_sentences_end_at_stops_and_at_line_ends() -> None:
    assert cut(f"{WORDS}\nIs it 3.5? Yes!\n\nA line") == [WORDS.strip(), "Is it 3.5?", "Yes!", "A line"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The text has 0 words; 300 are needed."),
        ("one", "The text has 1 word; 300 are needed."),
        ("x" * (MOST_CHARACTERS + 1), "The text has 10,000,001 characters; up to 10,000,000 are read."),
    ],
)
def test_too_little_and_too_much_are_refused(text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        cut(text)
    assert caught.value.message == says


def test_a_file_must_be_text() -> None:
    assert decode_text("a.txt", "\ufeffnaïve".encode()) == "naïve"
    with pytest.raises(InputError, match="no.txt is not plain text in UTF-8"):
        decode_text("no.txt", b"\xff\xfe\x00")


def test_what_is_held_out_is_not_learned_from() -> None:
    train, dev = hold_out([f"{n % 30}" for n in range(120)])
    assert dev == ["11", "23", "5", "17", "29"]
    assert not set(train) & set(dev)
    assert len(train) == 100
