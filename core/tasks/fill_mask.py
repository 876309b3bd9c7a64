"""fill-mask: the best words for each hidden word, every mask on its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError
from core.model import LoadedModel
from core.requests import FillMaskRequest
from core.results import Fill, FillMaskResult, MaskFills
from core.task import Answered, Batch, Encoded, TaskSpec, check_number
from core.tokenization import PLACEHOLDER, Encoding, Span, Tokenizer, place_masks

MOST_FILLS = 100


@dataclass(frozen=True)
class MaskOutput:
    """The best pieces at the masks of one row: `ids` and `scores` (masks, top_k), `entropy` in bits (masks,)."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    entropy: NDArray[np.float32]


def encode(request: FillMaskRequest, model: LoadedModel) -> Encoded:
    """One row; of a text over the context length, the stretch around the first mask. `plan` holds the masks' spans."""
    tokenizer = model.tokenizer
    check_number(request.top_k, "top_k", 1, MOST_FILLS)
    if tokenizer.mask_token is None or not PLACEHOLDER.search(request.text):
        raise InputError("The text has no mask.", "Write ___ where a word is to be guessed.")
    masked = place_masks(request.text, tokenizer.mask_token)
    pieces = tokenizer.pieces(masked.text)
    first = pieces.ids.index(tokenizer.mask_id)
    room = tokenizer.room()
    start = max(0, min(first - room // 2, len(pieces) - room))
    kept = tokenizer.join(pieces[start : start + room])
    spans = dict(zip(masked.masks, masked.placeholders, strict=True))
    plan: list[Span] = [spans[kept.offsets[p]] for p in mask_positions(kept, tokenizer)]
    return Encoded((kept,), truncated=len(pieces) > room, plan=plan)


def mask_positions(encoding: Encoding, tokenizer: Tokenizer) -> list[int]:
    """Where the mask tokens stand in the row."""
    return [p for p, token_id in enumerate(encoding.ids) if token_id == tokenizer.mask_id]


def forward(model: LoadedModel, batch: Batch) -> Sequence[MaskOutput]:
    """The best pieces at the masks; only these positions go through the vocabulary decoder."""
    positions = [mask_positions(row.encoding, model.tokenizer) for row in batch.rows]
    rows = torch.tensor([r for r, found in enumerate(positions) for _ in found])
    columns = torch.tensor([p for found in positions for p in found])
    hidden = model.encoder(**batch.inputs).last_hidden_state[rows, columns]  # (masks, hidden)
    log_probabilities = model.predict_tokens(hidden).float().log_softmax(-1)  # (masks, vocabulary)
    entropy = torch.special.entr(log_probabilities.exp()).sum(-1) / np.log(2)  # (masks,)
    best = log_probabilities.topk(max(row.request.top_k for row in batch.rows))  # (masks, top_k)
    edges = np.cumsum([len(found) for found in positions])[:-1]
    parts = zip(
        batch.rows,
        np.split(best.indices.cpu().numpy(), edges),
        np.split(best.values.exp().cpu().numpy(), edges),
        np.split(entropy.cpu().numpy(), edges),
        strict=True,
    )
    return [
        MaskOutput(ids[:, : row.request.top_k], scores[:, : row.request.top_k], entropies)
        for row, ids, scores, entropies in parts
    ]


def decode(answered: Answered[FillMaskRequest]) -> FillMaskResult:
    """Words and probabilities for each mask, with its span in the text as typed."""
    output: MaskOutput = answered.outputs[0]
    masks = []
    for n, (start, end) in enumerate(answered.encoded.plan):
        pairs = zip(output.ids[n].tolist(), output.scores[n].tolist(), strict=True)
        fills = tuple(Fill(answered.model.tokenizer.word(token_id), score, token_id) for token_id, score in pairs)
        masks.append(MaskFills(start, end, fills, float(output.entropy[n])))
    return FillMaskResult(answered.request.text, tuple(masks), answered.provenance)


def format(result: FillMaskResult) -> dict[str, Any]:
    """{"masks": [{"start", "end", "fills": [{"text", "score"}]}]}"""
    return {
        "masks": [
            {"start": m.start, "end": m.end, "fills": [{"text": f.text, "score": f.score} for f in m.fills]}
            for m in result.masks
        ]
    }


TASK = TaskSpec("fill-mask", FillMaskRequest, ("text",), encode, forward, decode, format)
