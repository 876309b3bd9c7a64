"""Spans, words, letters and gaps of a text as typed."""

import re
import unicodedata
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


def ending_letters(text: str) -> int:
    """How many letters the text ends with."""
    return next((n for n, character in enumerate(reversed(text)) if not is_letter(character)), len(text))


def is_letter(character: str) -> bool:
    """Whether it is part of a word: a letter, a digit, or a mark on one."""
    return len(character) == 1 and unicodedata.category(character)[0] in "LMN"
