"""fill-mask: the best words for each hidden word, every mask on its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.models.encoding import Encoding, left_out
from core.models.model import LoadedModel
from core.models.tokenizer import Tokenizer
from core.models.vocabulary import best_pieces, log_probabilities, stack
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.fill_mask.schema import Fill, FillMaskRequest, FillMaskResult, MaskFills
from core.tasks.spec import check_number
from core.text.masks import place_masks
from core.text.spans import PLACEHOLDER, Span

MOST_FILLS = 100


@dataclass(frozen=True)
class MaskOutput:
    """The best pieces at the masks of one row: `ids` and `scores` (masks, pieces), `entropy` in bits (masks,)."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    entropy: NDArray[np.float32]


def encode(request: FillMaskRequest, model: LoadedModel) -> Encoded:
    """One row, or several where a text over the context length has masks far apart. `plan` holds each row's spans."""
    tokenizer = model.tokenizer
    check_number(request.top_k, "top_k", 1, MOST_FILLS)
    if tokenizer.mask_token is None or not PLACEHOLDER.search(request.text):
        raise InputError("The text has no gap.", "Type ___ where the model should guess a word.")
    masked = place_masks(request.text, tokenizer.mask_token)
    pieces = tokenizer.pieces(masked.text)
    room = tokenizer.room()
    masks = [p for p, token_id in enumerate(pieces.ids) if token_id == tokenizer.mask_id]
    read = [(start, start + room) for start in window_starts(masks, len(pieces), room)]
    rows = tuple(tokenizer.join(pieces[start:end]) for start, end in read)
    spans = dict(zip(masked.masks, masked.placeholders, strict=True))
    plan: list[list[Span]] = [[spans[row.offsets[p]] for p in mask_positions(row, tokenizer)] for row in rows]
    return Encoded(rows, left_out(masked.text, pieces, *read), plan=plan)


def window_starts(masks: Sequence[int], pieces: int, room: int) -> Iterator[int]:
    """Where windows of `room` pieces start so that each mask is in one, masks near the middle."""
    left = list(masks)
    while left:
        reached = [p for p in left if p < left[0] + room]
        yield max(0, min((reached[0] + reached[-1] - room) // 2 + 1, pieces - room))
        left = left[len(reached) :]


def mask_positions(encoding: Encoding, tokenizer: Tokenizer) -> list[int]:
    """Where the mask tokens stand in the row."""
    return [p for p, token_id in enumerate(encoding.ids) if token_id == tokenizer.mask_id]


def forward(model: LoadedModel, batch: Batch) -> Sequence[MaskOutput]:
    """The best pieces at the masks; only these positions go through the vocabulary decoder."""
    positions = [mask_positions(row.encoding, model.tokenizer) for row in batch.rows]
    most = max(row.request.top_k for row in batch.rows)
    parts = [best_pieces(part, most, model.tokenizer) for part in log_probabilities(model, batch, positions)]
    ids, scores, entropy = (stack(arrays) for arrays in zip(*parts, strict=True))
    ends = np.cumsum([len(found) for found in positions])
    return [
        MaskOutput(ids[start:end], scores[start:end], entropy[start:end])
        for start, end in zip([0, *ends], ends, strict=False)
    ]


def decode(answered: Answered[FillMaskRequest]) -> FillMaskResult:
    """Words and probabilities for each mask, with its span in the text as typed."""
    request, tokenizer = answered.request, answered.model.tokenizer
    masks: dict[Span, MaskFills] = {}  # windows may overlap: a mask is read in the first that holds it
    for output, spans in zip(answered.outputs, answered.encoded.plan, strict=True):
        for n, (start, end) in enumerate(spans):
            found, skipped = words(output.ids[n], output.scores[n], request.top_k, request.text[:start], tokenizer)
            masks.setdefault((start, end), MaskFills(start, end, found, float(output.entropy[n]), skipped))
    return FillMaskResult(request.text, tuple(masks.values()), answered.provenance)


def words(
    ids: NDArray[np.int64], scores: NDArray[np.float32], top_k: int, typed: str, tokenizer: Tokenizer
) -> tuple[tuple[Fill, ...], int]:
    """The `top_k` best words for a gap behind the text `typed`, of the best pieces there, both (pieces,); and how many
    pieces before the last of them are no words."""
    found: list[Fill] = []
    for place, (token_id, score) in enumerate(zip(ids.tolist(), scores.tolist(), strict=True)):
        if word := tokenizer.fill(token_id, typed):
            found.append(Fill(word[0], score, token_id, word[1]))
        if len(found) == top_k:
            return tuple(found), place + 1 - top_k
    return tuple(found), len(ids) - len(found)
