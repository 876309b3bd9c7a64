"""What a tokenizer makes of a text, and what its vocabulary holds; without a model."""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

from core.errors import InputError
from core.models.tokenizer import Tokenizer
from core.text.pieces import MOST_FOUND, Piece, Tokenized

MOST_PIECES = 4096


def tokenize(checkpoint: str, text: str, tokenizer: Tokenizer, plain: PreTrainedTokenizerBase) -> Tokenized:
    """The pieces with special tokens around them; InputError if there are more than MOST_PIECES."""
    pieces = tokenizer.pieces(text)
    if len(pieces) > MOST_PIECES:
        message = f"The text has {len(pieces):,} tokens in {checkpoint}; up to {MOST_PIECES:,} are shown."
        raise InputError(message, "Shorten the text.", "text")
    encoding = tokenizer.join(pieces)
    columns = tokenizer.tokens(encoding.ids), encoding.ids, encoding.offsets, encoding.segments
    return Tokenized(
        checkpoint=checkpoint,
        text=text,
        pieces=tuple(
            Piece(token, id, start, end, segment < 0, id == plain.unk_token_id and segment >= 0, inside)
            for token, id, (start, end), segment, inside in zip(*columns, tokenizer.continues(encoding), strict=True)
        ),
        vocabulary=len(plain),
        context_length=tokenizer.context_length,
    )


def find_pieces(plain: PreTrainedTokenizerBase, wanted: str) -> tuple[int, Sequence[tuple[str, int]]]:
    """How many pieces of the vocabulary contain `wanted`, whatever the case, and the first of them with their ids:
    the piece itself before those that begin with it, shorter ones first."""
    sought = wanted.strip().lower()
    if not sought:
        raise InputError("There is nothing to search for.", "Type part of a word.", "wanted")
    found = [(token, id) for token, id in plain.get_vocab().items() if sought in token.lower()]
    found.sort(key=lambda pair: (bare(pair[0]) != sought, not bare(pair[0]).startswith(sought), len(pair[0]), pair[0]))
    return len(found), found[:MOST_FOUND]


def bare(token: str) -> str:
    """The piece without the sign that it begins or continues a word, lower case."""
    return token.lower().removeprefix("##").lstrip("ġ▁")
