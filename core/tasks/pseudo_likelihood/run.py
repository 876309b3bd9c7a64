"""pseudo-likelihood: how expected each piece of a text is (Salazar et al. 2020, arxiv.org/abs/1910.14659).

A piece is hidden together with the pieces of its word that follow it, as otherwise the end of a word would give its
beginning away (Kauf & Ivanova 2023, arxiv.org/abs/2305.10588).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.errors import EmptyTextError, InputError
from core.models.encoding import Encoding, Pieces
from core.models.model import LoadedModel
from core.models.tokenizer import Tokenizer
from core.models.vocabulary import PieceOutput, read_asked
from core.runtime.batch import Answered, Asked, Batch, Encoded
from core.tasks.fill_mask.run import words
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest, PseudoLikelihoodResult, ScoredPiece
from core.tasks.spec import check_number
from core.text.windows import windows

MOST_PIECES = 256  # when each is hidden in turn, which takes a sequence a piece
MOST_FILLS = 20
OVERLAP = 64  # pieces that neighbouring windows share

Part = tuple[Encoding, Asked]


def encode(request: PseudoLikelihoodRequest, model: LoadedModel) -> Encoded:
    """One row per token with that token hidden, one row per window with nothing hidden, or one row with what is shown
    in place of some tokens. `plan` is the tokens that are asked for."""
    check_number(request.top_k, "top_k", 1, MOST_FILLS)
    pieces = model.tokenizer.pieces(request.text)
    if not len(pieces):
        raise EmptyTextError("The text has no readable words.", "It needs at least one letter or digit.", "text")
    if request.shown:
        check_shown(request)
        places = sorted(request.shown, key=place_of)
        row, asked = in_their_places(pieces, places, model)
        return Encoded((row,), plan=only(pieces, [n for n, _ in places]), asked=(asked,))
    if request.hide and len(pieces) > MOST_PIECES:
        message = f"The text has {len(pieces):,} tokens; up to {MOST_PIECES} can be hidden one by one."
        raise InputError(message, "Shorten the text, or read it without hiding words.")
    if request.hide:
        parts = [hide(model.tokenizer, pieces, n, word_end(pieces, n)) for n in range(len(pieces))]
    else:
        parts = list(in_windows(model.tokenizer, pieces))
    return Encoded(tuple(row for row, _ in parts), plan=pieces, asked=tuple(asked for _, asked in parts))


def word_end(pieces: Pieces, n: int) -> int:
    """The index behind the last piece of the word of piece `n`."""
    end = n + 1
    while end < len(pieces) and pieces.words[end] == pieces.words[n]:
        end += 1
    return end


def hide(tokenizer: Tokenizer, pieces: Pieces, first: int, end: int) -> Part:
    """The text around pieces[first:end] with these hidden, asking for the first of them."""
    assert tokenizer.mask_id is not None, "a masked language model without a mask token"
    room = tokenizer.room()
    start = max(0, min(first - room // 2, len(pieces) - room))
    ids = (*pieces.ids[:first], *[tokenizer.mask_id] * (end - first), *pieces.ids[end:])
    row = tokenizer.join(replace(pieces, ids=ids)[start : start + room])
    return row, ((row.first_text + first - start, pieces.ids[first]),)


def in_windows(tokenizer: Tokenizer, pieces: Pieces) -> Iterator[Part]:
    """The text as it is, in as many windows as it takes, asking for each piece once."""
    for window in windows(len(pieces), tokenizer.room(), OVERLAP):
        row = tokenizer.join(pieces[window.start : window.end])
        kept = range(window.keep_start, window.keep_end)
        yield row, tuple((row.first_text + n - window.start, pieces.ids[n]) for n in kept)


def in_their_places(pieces: Pieces, shown: Sequence[tuple[int, int | None]], model: LoadedModel) -> Part:
    """The text with what is shown in place of some pieces, asking for these."""
    tokenizer, ids = model.tokenizer, list(pieces.ids)
    if len(pieces) > tokenizer.room():
        message = f"The text has {len(pieces):,} tokens; up to {tokenizer.room():,} are read at once."
        raise InputError(message, "Shorten the text.")
    if len({n for n, _ in shown}) < len(shown):
        raise InputError("Two tokens are shown in the same place.", "Name each place once.")
    for n, id in shown:
        check_number(n, "The number of a token", 0, len(pieces) - 1)
        check_number(id or 0, "The id of a token", 0, model.encoder.config.vocab_size - 1)
        ids[n] = stand_in(tokenizer, id)
    row = tokenizer.join(replace(pieces, ids=tuple(ids)))
    return row, tuple((row.first_text + n, pieces.ids[n]) for n, _ in shown)


def check_shown(request: PseudoLikelihoodRequest) -> None:
    """InputError unless what is shown are pairs of numbers, the second of which may be missing."""
    for one in request.shown:
        if not (
            isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], int) and isinstance(one[1], int | None)
        ):
            message = "What is shown in place of a token is no pair of its number and an id."
            raise InputError(message, "Give pairs, such as (3, 2051), or (3, None) for the mask token.", "shown")


def place_of(shown: tuple[int, int | None]) -> int:
    """The number of the piece that something stands for."""
    return shown[0]


def stand_in(tokenizer: Tokenizer, id: int | None) -> int:
    """The id, or that of the mask token."""
    assert tokenizer.mask_id is not None, "a masked language model without a mask token"
    return tokenizer.mask_id if id is None else id


def only(pieces: Pieces, places: Sequence[int]) -> Pieces:
    """Some of the pieces."""
    columns = pieces.ids, pieces.offsets, pieces.words
    return Pieces(*(tuple(column[n] for n in places) for column in columns))  # type: ignore[arg-type]


def forward(model: LoadedModel, batch: Batch) -> Sequence[PieceOutput]:
    """What the model predicts for each requested token, and the tokens it prefers there."""
    return read_asked(model, batch, max(row.request.top_k for row in batch.rows))


def decode(answered: Answered[PseudoLikelihoodRequest]) -> PseudoLikelihoodResult:
    """The pieces in order, each with what was expected in its place."""
    pieces, tokenizer = answered.encoded.plan, answered.model.tokenizer
    text, top_k = answered.request.text, answered.request.top_k
    shown = tokenizer.tokens(tuple(stand_in(tokenizer, id) for _, id in sorted(answered.request.shown, key=place_of)))
    read = [(output, n) for output in answered.outputs for n in range(len(output.rank))]
    scored = tuple(
        ScoredPiece(
            token=token,
            start=start,
            end=end,
            word=word,
            log_probability=float(output.log_probability[n]),
            rank=int(output.rank[n]),
            entropy=float(output.entropy[n]),
            fills=words(output.ids[n], output.scores[n], top_k, text[:start], tokenizer)[0],
            shown=instead,
        )
        for token, (start, end), word, (output, n), instead in zip(
            tokenizer.tokens(pieces.ids),
            pieces.offsets,
            pieces.words,
            read,
            shown or ("",) * len(pieces),
            strict=True,
        )
    )
    return PseudoLikelihoodResult(text, scored, answered.provenance)
