"""fill-mask: the best words for each hidden word, every mask on its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.model import LoadedModel
from core.requests import PLACEHOLDER, FillMaskRequest, Span
from core.results import Fill, FillMaskResult, MaskFills
from core.task import Answered, Batch, Encoded, TaskSpec, check_number
from core.tokenization import Encoding, Tokenizer, place_masks
from core.vocabulary import best_pieces, log_probabilities

MOST_FILLS = 100


@dataclass(frozen=True)
class MaskOutput:
    """The best pieces at the masks of one row: `ids` and `scores` (masks, top_k), `entropy` in bits (masks,)."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    entropy: NDArray[np.float32]


def encode(request: FillMaskRequest, model: LoadedModel) -> Encoded:
    """One row, or several where a text over the context length has masks far apart. `plan` holds each row's spans."""
    tokenizer = model.tokenizer
    check_number(request.top_k, "top_k", 1, MOST_FILLS)
    if tokenizer.mask_token is None or not PLACEHOLDER.search(request.text):
        raise InputError("The text has no mask.", "Write ___ where a word is to be guessed.")
    masked = place_masks(request.text, tokenizer.mask_token)
    pieces = tokenizer.pieces(masked.text)
    room = tokenizer.room()
    masks = [p for p, token_id in enumerate(pieces.ids) if token_id == tokenizer.mask_id]
    rows = tuple(tokenizer.join(pieces[start : start + room]) for start in window_starts(masks, len(pieces), room))
    spans = dict(zip(masked.masks, masked.placeholders, strict=True))
    plan: list[list[Span]] = [[spans[row.offsets[p]] for p in mask_positions(row, tokenizer)] for row in rows]
    return Encoded(rows, truncated=len(pieces) > room, plan=plan)


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
    parts = [best_pieces(part, most) for part in log_probabilities(model, batch, positions)]
    ids, scores, entropy = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    ends = np.cumsum([len(found) for found in positions])
    return [
        MaskOutput(ids[start:end, :top_k], scores[start:end, :top_k], entropy[start:end])
        for start, end, top_k in zip([0, *ends], ends, (row.request.top_k for row in batch.rows), strict=False)
    ]


def decode(answered: Answered[FillMaskRequest]) -> FillMaskResult:
    """Words and probabilities for each mask, with its span in the text as typed."""
    masks: dict[Span, MaskFills] = {}  # windows may overlap: a mask is read in the first that holds it
    tokenizer, rows = answered.model.tokenizer, answered.encoded.encodings
    for output, row, spans in zip(answered.outputs, rows, answered.encoded.plan, strict=True):
        for n, ((start, end), position) in enumerate(zip(spans, mask_positions(row, tokenizer), strict=True)):
            found = fills(output, n, row.ids[row.first_text : position], tokenizer)
            masks.setdefault((start, end), MaskFills(start, end, found, float(output.entropy[n])))
    return FillMaskResult(answered.request.text, tuple(masks.values()), answered.provenance)


def fills(output: MaskOutput, n: int, before: Sequence[int], tokenizer: Tokenizer) -> tuple[Fill, ...]:
    """The best pieces at mask `n`, behind the pieces `before`."""
    pairs = zip(output.ids[n].tolist(), output.scores[n].tolist(), strict=True)
    return tuple(Fill(tokenizer.word(token_id, before), score, token_id) for token_id, score in pairs)


def format(result: FillMaskResult) -> dict[str, Any]:
    """{"masks": [{"start", "end", "fills": [{"text", "score"}]}]}"""
    return {
        "masks": [
            {"start": m.start, "end": m.end, "fills": [{"text": f.text, "score": f.score} for f in m.fills]}
            for m in result.masks
        ]
    }


TASK = TaskSpec("fill-mask", FillMaskRequest, encode, forward, decode, format)
