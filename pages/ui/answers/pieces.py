"""A text in pieces: under its words, with ids and places, and pieces of a vocabulary."""

from collections.abc import Sequence

from core.checkpoints.catalog import Catalog, Checkpoint
from core.text.pieces import Piece, Tokenized, word_pieces
from pages.ui.answers import cost
from pages.ui.app.families import badge, look
from pages.ui.figures.markup import callout, escape, show, subtitle, table

MOST_WORDS = 400


def under_words(found: Sequence[Tokenized], catalog: Catalog) -> None:
    """Each word of the text with a line of pieces for every checkpoint."""
    columns = list(zip(*(word_pieces(one) for one in found), strict=True))
    kinds = [catalog[one.checkpoint].family for one in found]
    marks = "".join(f"<i>{badge(kind)}</i>" for kind in kinds)
    blocks = [f'<div class="pg-word"><b>&nbsp;</b>{marks}</div>']
    for column in columns[:MOST_WORDS]:
        word = found[0].text[column[0].start : column[0].end]
        lines = "".join(
            f'<i class="{look(kind)}">{"".join(map(chip, own.pieces))}</i>'
            for own, kind in zip(column, kinds, strict=True)
        )
        blocks.append(f'<div class="pg-word"><b dir="auto">{escape(word)}</b>{lines}</div>')
    show(f'<div class="pg-words" role="group" aria-label="Tokens under the words">{"".join(blocks)}</div>')
    if len(columns) > MOST_WORDS:
        show(
            callout(
                f"The first {MOST_WORDS} of {len(columns):,} words are shown.", "The counts cover all words.", "note"
            )
        )


def chip(piece: Piece) -> str:
    """One piece with its id behind it."""
    kind = "unknown" if piece.unknown else ""
    kinds = {", continues the word": piece.continues, ", unknown": piece.unknown}
    title = f"id {piece.id:,}, characters {piece.start}–{piece.end}{''.join(k for k, is_so in kinds.items() if is_so)}"
    return f'<span class="pg-piece {kind}" title="{title}"><bdi>{escape(piece.token)}</bdi></span>'


def counts(found: Sequence[Tokenized], catalog: Catalog) -> None:
    """How many pieces each needs, and out of what vocabulary."""
    rows = []
    for one in found:
        special = " ".join(escape(piece.token) for piece in one.pieces if piece.special)
        unknown = sum(piece.unknown for piece in one.own)
        rows.append(
            [
                f"{badge(catalog[one.checkpoint].family)} {escape(one.checkpoint)}",
                f"{len(one.own):,}",
                f"{one.characters_per_piece:.2f}",
                f"{unknown:,}",
                special,
                f"{one.vocabulary:,}",
                f"{len(one.pieces) / one.context_length:.0%} of {one.context_length:,}",
            ]
        )
    headers = [
        "Model",
        "Tokens",
        "Characters per token",
        "Unknown",
        "Special tokens",
        "Vocabulary",
        "Context used",
    ]
    show(subtitle("Counts", "special tokens count only towards “Context used”"))
    show(table(headers, rows, "How each tokenizer splits the text", numeric=(1, 2, 3, 5, 6)))


def ids(one: Tokenized, row: Checkpoint) -> None:
    """Every piece of one checkpoint as a table."""
    cells = [
        [str(n), escape(p.token), f"{p.id:,}", role(p), f"{p.start}–{p.end}" * (not p.special), text_of(one, p)]
        for n, p in enumerate(one.pieces)
    ]
    cost.heading(row)
    headers = ["Position", "Token", "ID", "Begins or continues", "Characters", "Source text"]
    show(table(headers, cells, f"Tokens of {row.id}", numeric=(0, 2)))


def role(piece: Piece) -> str:
    """Whether the piece begins a word, which not every vocabulary writes."""
    return "special" if piece.special else "continues" if piece.continues else "begins"


def text_of(one: Tokenized, piece: Piece) -> str:
    """What stands in the text where the piece is."""
    return "" if piece.special else escape(one.text[piece.start : piece.end])


def found(wanted: str, count: int, pieces: Sequence[tuple[str, int]]) -> None:
    """What a search in a vocabulary brought."""
    if not count:
        show(
            callout(
                f"No token in this vocabulary contains “{wanted}”.", "The word is split into smaller tokens.", "note"
            )
        )
        return
    more = f"; the first {len(pieces)} are shown" if count > len(pieces) else ""
    show(subtitle(f"{count:,} tokens" if count > 1 else "One token", f"with “{wanted}”{more}"))
    chips = "".join(
        f'<span class="pg-piece"><bdi>{escape(token)}</bdi> <small>{id:,}</small></span>' for token, id in pieces
    )
    show(f'<div class="pg-chips">{chips}</div>')
