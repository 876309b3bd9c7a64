"""Spans, words and gaps of a text as typed."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Protocol, TypeVar

Span = tuple[int, int]  # characters [start, end) of a text
GAP = "___"  # what anyone can type for a hidden word
PLACEHOLDER = re.compile(r"_{3,}|\[MASK\]|<mask>")  # a gap, or any family's mask token
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")  # as a reader sees it


class OfAWord(Protocol):
    """What belongs to a word of a text: `word` is its number."""

    @property
    def word(self) -> int:
        """Counted from 0."""


Worded = TypeVar("Worded", bound=OfAWord)


def by_word(pieces: Sequence[Worded]) -> tuple[tuple[Worded, ...], ...]:
    """The pieces of each word."""
    return tuple(tuple(group) for _, group in groupby(pieces, key=lambda piece: piece.word))
