"""What a model is given of a text: pieces with their characters and words, alone or between special tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.provenance import Unread
from core.text.phrases import shorten
from core.text.spans import Span, is_letter

BEGINNING = 40  # characters of what was not read


@dataclass(frozen=True)
class Pieces:
    """A text without special tokens: ids, character spans, and the word each piece belongs to."""

    ids: tuple[int, ...]
    offsets: tuple[Span, ...]
    words: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, part: slice) -> "Pieces":
        return Pieces(self.ids[part], self.offsets[part], self.words[part])

    def units(self) -> tuple[range, ...]:
        """Places of the pieces that are one for a reader: a piece alone, or all that share a character, such as its
        bytes. Blanks alone are left out."""
        units: list[range] = []
        for n, (start, end) in enumerate(self.offsets):
            if start < end and units and start < self.offsets[units[-1][-1]][1]:
                units[-1] = range(units[-1].start, n + 1)
            elif start < end:
                units.append(range(n, n + 1))
        return tuple(units)

    def whole_words(self) -> tuple[range, ...]:
        """Places of the pieces of each word. Words of blanks alone are left out."""
        starts = [n for n, word in enumerate(self.words) if n == 0 or word != self.words[n - 1]]
        found = (range(start, end) for start, end in pairwise((*starts, len(self))))
        return tuple(word for word in found if any(self.offsets[n][0] < self.offsets[n][1] for n in word))

    def span(self, places: range) -> Span:
        """The characters of these pieces, without blanks alone at their ends."""
        seen = [self.offsets[n] for n in places if self.offsets[n][0] < self.offsets[n][1]]
        return seen[0][0], seen[-1][1]


@dataclass(frozen=True)
class Encoding:
    """One sequence as a model takes it, all tuples of length `tokens`.

    `segments` is 0 or 1 for the first or second text and -1 for special tokens, whose offsets are (0, 0) and words -1.
    """

    ids: tuple[int, ...]
    type_ids: tuple[int, ...]
    segments: tuple[int, ...]
    offsets: tuple[Span, ...]
    words: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def first_text(self) -> int:
        """Position of the first piece of the first text."""
        return self.segments.index(0) if 0 in self.segments else len(self)

    def positions(self, segment: int) -> NDArray[np.int64]:
        """Positions of the pieces of `segment`."""
        return np.flatnonzero(np.array(self.segments) == segment)


def left_out(text: str, pieces: Pieces, *read: Span) -> tuple[Unread, ...]:
    """The stretches of a text that are not read if only these stretches of its pieces, in their order, are."""
    found, place = [], 0
    for start, end in (*read, (len(pieces), len(pieces))):
        if start > place:
            stretch = pieces.offsets[place:start]
            first = stretch[0][0]
            within = "…" if text[max(0, first - 1) : first + 1].isalnum() and first else ""  # a word that was divided
            found.append(Unread(len(stretch), shorten(within + text[first : stretch[-1][1]], BEGINNING)))
        place = max(place, end)
    return tuple(found)


def without_blanks(text: str, start: int, end: int) -> Span:
    """The span without the blanks at its ends, which some tokenizers count to the piece behind them."""
    piece = text[start:end]
    bare = piece.strip()
    begin = start + (len(piece) - len(piece.lstrip()) if bare else len(piece))
    return begin, begin + len(bare)


def number_words(text: str, words: Sequence[int | None], offsets: Sequence[Span]) -> tuple[int, ...]:
    """The word each piece belongs to, as BERT divides them whatever the tokenizer: a punctuation mark is a word."""
    numbers: list[int] = []
    for n, (word, (start, end)) in enumerate(zip(words, offsets, strict=True)):
        last_start, last_end = offsets[n - 1] if n else (0, 0)
        same = n > 0 and word == words[n - 1] and word is not None
        shared = n > 0 and start < last_end  # a character, of which both are parts
        blank = start == end or last_start == last_end
        joined = shared or (same and (blank or (is_letter(text[last_end - 1]) and is_letter(text[start]))))
        numbers.append(numbers[-1] if joined else (numbers[-1] + 1 if n else 0))
    return tuple(numbers)
