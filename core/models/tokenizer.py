"""Text to pieces and back, alike for every family: special tokens, how a piece reads, how many fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tokenizers import decoders
from transformers import PreTrainedTokenizerBase

from core.errors import InputError
from core.models.encoding import Encoding, Pieces, left_out, number_words, without_blanks
from core.provenance import Unread
from core.text.spans import Span, ending_letters, is_letter

CONTINUES = "##"  # before a piece that continues a word, as WordPiece writes it, whatever the tokenizer
BLANK = "▁"  # as Unigram writes it, with the place of the character behind it
BLANKS = (BLANK, "Ġ")  # with which a piece begins a word, in Unigram and in byte-level vocabularies
SHOWN_BLANK = "␣"  # a piece of blanks alone, for a reader
UNREADABLE = "\ufffd"
MOST_GROWTH = 4  # times as long as a text may get before it is cut into pieces; Chinese gets blanks around it, 3
SHORT = 1000  # characters that are read fast however much longer than the text they are
LOOK_BACK = 4  # pieces that show how the text before a place ends: no character has more bytes


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

    def room(self, *, pair: bool = False, most: int = 0) -> int:
        """Pieces that fit beside the special tokens; at most so many tokens in all, if `most` is given."""
        return min(self.context_length, most or self.context_length) - self._templates[pair].overhead

    def encode(self, text: str, text_pair: str = "", *, most: int = 0) -> tuple[Encoding, tuple[Unread, ...]]:
        """The encoding of one or two texts, and what was cut from their ends to fit into the context, or into `most`
        tokens: the longer text loses first."""
        first = self.pieces(text)
        room = self.room(most=most)
        if not text_pair:
            return self.join(first[:room]), left_out(text, first, (0, room))
        second = self.pieces(text_pair)
        room = self.room(pair=True, most=most)
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
        text = self._shown(token_id)
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
        """The text of a piece; of a part of a character what the vocabulary has."""
        text = self._shown(token_id)
        return token if UNREADABLE in text else text

    def _shown(self, token_id: int) -> str:
        """The text of a piece, or SHOWN_BLANK."""
        return self._decode([token_id]).strip() or SHOWN_BLANK

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
