"""Text to pieces and back, alike for every family: special tokens, windows, the `___` placeholder, offsets."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from tokenizers import decoders
from transformers import PreTrainedTokenizerBase

from core.errors import InputError
from core.provenance import Unread
from core.text.phrases import shorten
from core.text.spans import PLACEHOLDER, Span

CONTINUES = "##"  # before a piece that continues a word, as WordPiece writes it, whatever the tokenizer
BLANK = "▁"  # as Unigram writes it, with the place of the character behind it
BLANKS = (BLANK, "Ġ")  # with which a piece begins a word, in Unigram and in byte-level vocabularies
UNREADABLE = "\ufffd"
MOST_GROWTH = 4  # times as long as a text may get before it is cut into pieces; Chinese gets blanks around it, 3
SHORT = 1000  # characters that are read fast however much longer than the text they are
BEGINNING = 40  # characters of what was not read
LOOK_BACK = 4  # pieces that show how the text before a place ends: no character has more bytes


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


@dataclass(frozen=True)
class _Special:
    """A run of special tokens that the tokenizer puts before, between or after texts."""

    ids: tuple[int, ...]
    type_ids: tuple[int, ...]


@dataclass(frozen=True)
class _Template:
    """What surrounds one text (two special runs) or two (three), read off the tokenizer itself."""

    specials: tuple[_Special, ...]
    text_types: tuple[int, ...]

    @property
    def overhead(self) -> int:
        return sum(len(s.ids) for s in self.specials)


class Tokenizer:
    """A fast tokenizer, configured once: no truncation, no padding, which are not safe to change between threads."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, context_length: int) -> None:
        self._backend = tokenizer.backend_tokenizer
        self._backend.no_truncation()
        self._backend.no_padding()
        self._tokenizer = tokenizer
        self.context_length = context_length
        self.pad_id: int = tokenizer.pad_token_id or 0
        self.mask_token: str | None = tokenizer.mask_token
        self.mask_id: int | None = tokenizer.mask_token_id
        self._templates = (self._read_template("a"), self._read_template("a", "a"))
        self._blanks_between = isinstance(self._backend.decoder, decoders.WordPiece)  # but for pieces with a sign
        self.uses_type_ids = "token_type_ids" in tokenizer.model_input_names
        self._known: dict[int, tuple[str, bool]] = {}  # at most one entry for each piece of the vocabulary
        self._special_ids = frozenset(tokenizer.all_special_ids)
        self._blank_first = "".join(self.tokens(self.pieces("a").ids)).startswith(BLANKS)

    def pieces(self, text: str) -> Pieces:
        """All pieces of `text`, never cut; InputError if the tokenizer first makes it far longer, so slow to read."""
        normalizer = self._backend.normalizer
        if normalizer and len(normalizer.normalize_str(text)) > MOST_GROWTH * len(text) + SHORT:
            message = f"The tokenizer makes this text more than {MOST_GROWTH} times as long."
            raise InputError(message, "Use another text or another model.")
        encoding = self._backend.encode(text, add_special_tokens=False)
        offsets = [without_blanks(text, start, end) for start, end in encoding.offsets]
        return Pieces(tuple(encoding.ids), tuple(offsets), number_words(text, encoding.word_ids, offsets))

    def join(self, first: Pieces, second: Pieces | None = None) -> Encoding:
        """One or two texts with the special tokens the family puts around them."""
        texts = (first,) if second is None else (first, second)
        template = self._templates[len(texts) - 1]
        ids, types = list(template.specials[0].ids), list(template.specials[0].type_ids)
        segments = [-1] * len(ids)
        offsets: list[Span] = [(0, 0)] * len(ids)
        words = [-1] * len(ids)
        for n, text in enumerate(texts):
            special = template.specials[n + 1]
            ids += (*text.ids, *special.ids)
            types += [template.text_types[n]] * len(text) + list(special.type_ids)
            segments += [n] * len(text) + [-1] * len(special.ids)
            offsets += (*text.offsets, *[(0, 0)] * len(special.ids))
            words += (*text.words, *[-1] * len(special.ids))
        return Encoding(tuple(ids), tuple(types), tuple(segments), tuple(offsets), tuple(words))

    def room(self, *, pair: bool = False) -> int:
        """Pieces that fit beside the special tokens."""
        return self.context_length - self._templates[pair].overhead

    def encode(self, text: str, text_pair: str = "") -> tuple[Encoding, tuple[Unread, ...]]:
        """The encoding of one or two texts, and what was cut from their ends to fit: the longer text loses first."""
        first = self.pieces(text)
        if not text_pair:
            return self.join(first[: self.room()]), left_out(text, first, (0, self.room()))
        second = self.pieces(text_pair)
        room = self.room(pair=True)
        shorter = min(len(first), len(second), room // 2)
        keep_first, keep_second = (shorter, room - shorter) if len(first) <= len(second) else (room - shorter, shorter)
        cut = left_out(text, first, (0, keep_first)) + left_out(text_pair, second, (0, keep_second))
        return self.join(first[:keep_first], second[:keep_second]), cut

    def tokens(self, ids: tuple[int, ...]) -> tuple[str, ...]:
        """The pieces as the vocabulary writes them."""
        return tuple(self._tokenizer.convert_ids_to_tokens(list(ids)))

    def continues(self, encoding: Encoding | Pieces) -> tuple[bool, ...]:
        """Which pieces are of the same word as the piece before them; a blank alone is no part of one."""
        tokens = self.tokens(encoding.ids)
        pairs = zip(tokens, encoding.words, encoding.offsets, strict=True)
        words = [word if start < end and token != BLANK else -1 for token, word, (start, end) in pairs]
        return (False, *(word >= 0 and word == last for last, word in pairwise(words)))

    def labels(self, encoding: Encoding | Pieces) -> tuple[str, ...]:
        """The pieces as a reader would write them, `##` before those that continue a word."""
        tokens = self.tokens(encoding.ids)
        if self._blanks_between:
            return tokens
        read = (self._read(id, token) for id, token in zip(encoding.ids, tokens, strict=True))
        return tuple(
            CONTINUES + text if inside else text for text, inside in zip(read, self.continues(encoding), strict=True)
        )

    def word(self, token_id: int, before: Sequence[int] = ()) -> str:
        """The piece as a reader would write it, `##` before it if it continues the word that the pieces `before` end
        with, of which the last LOOK_BACK matter."""
        text = self._decode([token_id]).strip()
        if self._blanks_between or not before or not is_letter(text[:1]):
            return text
        left = self._decode(before[-LOOK_BACK:])
        right = self._decode([*before[-LOOK_BACK:], token_id])[len(left) :]
        return CONTINUES + text if is_letter(left[-1:]) and is_letter(right[:1]) else text

    def fill(self, token_id: int, typed: str) -> tuple[str, int] | None:
        """The word that a piece makes in a gap behind the text `typed`, and how many characters at the end of `typed`
        are part of it. None if it makes none: a piece that continues a word where there is none to continue, a special
        token, a part of a character."""
        text, continues = self._legible(token_id)
        if not continues:
            return (text, 0) if text else None
        before = ending_letters(typed)
        if before and is_letter(text[:1]):
            return typed[-before:] + text, before
        glued = not typed[-1].isspace() if typed else not self._blank_first
        return (text, 0) if glued and not self._blanks_between else None

    def is_word(self, token_id: int) -> bool:
        """Whether the piece is a word in any gap."""
        text, continues = self._legible(token_id)
        return bool(text) and not continues

    def _legible(self, token_id: int) -> tuple[str, bool]:
        """The text of a piece, empty for a special token or a part of a character, and whether it continues what stands
        directly before it."""
        if token_id not in self._known:
            token, text = self.tokens((token_id,))[0] or "", self._decode([token_id]).strip()
            if token_id in self._special_ids or UNREADABLE in text:
                self._known[token_id] = "", False
            elif self._blanks_between:
                self._known[token_id] = text.removeprefix(CONTINUES), token.startswith(CONTINUES)
            else:
                self._known[token_id] = text, is_letter(text[:1]) and not token.startswith(BLANKS)
        return self._known[token_id]

    def spelled(self, word: Sequence[int]) -> tuple[str, ...]:
        """The pieces of one word in the same way; those that are parts of a character as the vocabulary writes them."""
        read = (self.word(piece, word[:n]) for n, piece in enumerate(word))
        written = (CONTINUES * (n > 0) + token for n, token in enumerate(self.tokens(tuple(word))))
        return tuple(token if UNREADABLE in text else text for text, token in zip(read, written, strict=True))

    def _read(self, token_id: int, token: str) -> str:
        """The text of a piece; of a blank alone or a part of a character what the vocabulary has."""
        text = self._decode([token_id]).strip()
        return token if not text or UNREADABLE in text else text

    def _decode(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(ids)))

    def _read_template(self, *texts: str) -> _Template:
        encoding = self._backend.encode(*texts, add_special_tokens=True)
        specials: list[_Special] = []
        ids: list[int] = []
        types: list[int] = []
        text_types = []
        for token_id, type_id, sequence in zip(encoding.ids, encoding.type_ids, encoding.sequence_ids, strict=True):
            if sequence is None:
                ids.append(token_id)
                types.append(type_id)
            elif sequence == len(specials):  # the first piece of the next text closes the run before it
                specials.append(_Special(tuple(ids), tuple(types)))
                text_types.append(type_id)
                ids, types = [], []
        return _Template((*specials, _Special(tuple(ids), tuple(types))), tuple(text_types))


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


def ending_letters(text: str) -> int:
    """How many letters the text ends with."""
    return next((n for n, character in enumerate(reversed(text)) if not is_letter(character)), len(text))


def is_letter(character: str) -> bool:
    """Whether it is part of a word: a letter, a digit, or a mark on one."""
    return len(character) == 1 and unicodedata.category(character)[0] in "LMN"


@dataclass(frozen=True)
class MaskedText:
    """A text with the tokenizer's own mask token for each placeholder, and the way back to the text as typed."""

    text: str
    placeholders: tuple[Span, ...]  # in the text as typed
    masks: tuple[Span, ...]  # in `text`

    def original(self, position: int) -> int:
        """The character of the text as typed that stands at `position` of `text`."""
        shift = 0
        for (start, end), (mask_start, mask_end) in zip(self.placeholders, self.masks, strict=True):
            if position >= mask_end:
                shift = end - mask_end
            elif position > mask_start:
                return start
        return position + shift


def place_masks(text: str, mask_token: str) -> MaskedText:
    """`text` with every placeholder, of whichever family, replaced by `mask_token`."""
    placeholders = tuple(m.span() for m in PLACEHOLDER.finditer(text))
    parts, masks, last, length = [], [], 0, 0
    for start, end in placeholders:
        parts += [text[last:start], mask_token]
        length += start - last
        masks.append((length, length + len(mask_token)))
        length += len(mask_token)
        last = end
    return MaskedText("".join([*parts, text[last:]]), placeholders, tuple(masks))


@dataclass(frozen=True)
class Window:
    """Pieces [start, end) go through the model together; [keep_start, keep_end) are read, each piece in one window."""

    start: int
    end: int
    keep_start: int
    keep_end: int


def windows(pieces: int, size: int, overlap: int) -> tuple[Window, ...]:
    """Windows of `size` over `pieces`, each piece kept where it has most context on both sides.

    Neighbours share `overlap` pieces, or half of a window if that is less.
    """
    if pieces <= size:
        return (Window(0, pieces, 0, pieces),)
    starts = [*range(0, pieces - size, size - min(overlap, size // 2)), pieces - size]
    found = []
    keep_start = 0
    for n, start in enumerate(starts):
        last = n + 1 == len(starts)
        keep_end = pieces if last else (starts[n + 1] + start + size) // 2
        found.append(Window(start, start + size, keep_start, keep_end))
        keep_start = keep_end
    return tuple(found)
