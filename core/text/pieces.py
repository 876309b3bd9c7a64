"""A text as tokenizers cut it: pieces with ids and spans, and which of them lie under each word. Plain values only."""

from dataclasses import dataclass

from core.text.spans import Span

MOST_FOUND = 200  # pieces of a vocabulary that a search shows


@dataclass(frozen=True)
class Piece:
    """One token: text[start:end] in the text as typed; a special one has no place in it.

    `continues`: it is of the same word as the piece before it, where a punctuation mark counts as a word."""

    token: str
    id: int
    start: int
    end: int
    special: bool = False
    unknown: bool = False
    continues: bool = False


@dataclass(frozen=True)
class Tokenized:
    """A text as one checkpoint reads it. `vocabulary` is the number of pieces that its tokenizer knows."""

    checkpoint: str
    text: str
    pieces: tuple[Piece, ...]
    vocabulary: int
    context_length: int

    @property
    def own(self) -> tuple[Piece, ...]:
        """The pieces of the text itself."""
        return tuple(piece for piece in self.pieces if not piece.special)

    @property
    def characters_per_piece(self) -> float:
        """How much of the text one piece covers on average, in characters."""
        return len(self.text) / max(1, len(self.own))


@dataclass(frozen=True)
class WordPieces:
    """text[start:end], as people separate words by blanks, and the pieces that begin in it."""

    start: int
    end: int
    pieces: tuple[Piece, ...]


def word_pieces(one: Tokenized) -> tuple[WordPieces, ...]:
    """The pieces under the words of the text; a piece that is a blank alone belongs to the word behind it."""
    spans = word_spans(one.text)
    found: list[list[Piece]] = [[] for _ in spans]
    n = 0
    for piece in one.own:
        while n + 1 < len(spans) and piece.start >= spans[n][1]:
            n += 1
        if spans:
            found[n].append(piece)
    return tuple(WordPieces(start, end, tuple(own)) for (start, end), own in zip(spans, found, strict=True))


def word_spans(text: str) -> list[Span]:
    """What stands between blanks."""
    spans, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        spans.append((start, start + len(word)))
        start += len(word)
    return spans
