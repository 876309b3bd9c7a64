"""What a masked language model says at chosen positions: its best pieces, how sure it is, and what it makes of one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.models.model import LoadedModel
from core.models.tokenizer import Tokenizer
from core.runtime.batch import Batch

SPARE = 8  # pieces that are read beyond those that are wanted, since some are no words
POSITIONS_AT_ONCE = 512  # through the vocabulary decoder, whose scores take 120 kB a position


@dataclass(frozen=True)
class PieceOutput:
    """At the asked positions of one row: best `ids` and `scores` (positions, pieces), `entropy` in bits, and natural
    `log_probability` and `rank` (from 1) of the asked piece, (positions,)."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    entropy: NDArray[np.float32]
    log_probability: NDArray[np.float32]
    rank: NDArray[np.int64]


def read_asked(model: LoadedModel, batch: Batch, top_k: int) -> list[PieceOutput]:
    """What the model makes of the asked pieces of each row, and the best pieces there with `top_k` words among them."""
    positions = [[position for position, _ in row.asked] for row in batch.rows]
    wanted = torch.tensor([piece for row in batch.rows for _, piece in row.asked])
    found = zip(log_probabilities(model, batch, positions), wanted.split(POSITIONS_AT_ONCE), strict=True)
    parts = [(*best_pieces(part, top_k, model.tokenizer), *asked_pieces(part, ids)) for part, ids in found]
    arrays = [stack(array) for array in zip(*parts, strict=True)]
    ends = np.cumsum([len(found) for found in positions])
    return [PieceOutput(*(array[start:end] for array in arrays)) for start, end in zip([0, *ends], ends, strict=False)]


def log_probabilities(model: LoadedModel, batch: Batch, positions: Sequence[Sequence[int]]) -> Iterator[torch.Tensor]:
    """(positions, vocabulary) in parts; only these positions of each row go through the vocabulary decoder."""
    rows = torch.tensor([r for r, found in enumerate(positions) for _ in found])
    columns = torch.tensor([p for found in positions for p in found])
    hidden = model.states_for_words(batch.inputs, rows, columns)  # (positions, hidden)
    for part in hidden.split(POSITIONS_AT_ONCE):
        yield model.predict_tokens(part).float().log_softmax(-1)


def best_pieces(
    log_probabilities: torch.Tensor, top_k: int, tokenizer: Tokenizer
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """Ids and probabilities of as many of the best pieces as it takes to have `top_k` words in any gap, (positions,
    pieces), and the entropy in bits, (positions,)."""
    entropy = torch.linalg.vecdot(log_probabilities.exp(), log_probabilities) / -np.log(2)
    most = log_probabilities.shape[-1]
    size = min(top_k + SPARE, most)
    best = log_probabilities.topk(size)
    while size < most and not all(has_words(ids, top_k, tokenizer) for ids in best.indices.tolist()):
        size = min(4 * size, most)
        best = log_probabilities.topk(size)
    return best.indices.cpu().numpy(), best.values.exp().cpu().numpy(), entropy.cpu().numpy()


def has_words(ids: Sequence[int], count: int, tokenizer: Tokenizer) -> bool:
    """Whether `count` of the pieces are words whatever stands before them."""
    return len(list(islice(filter(tokenizer.is_word, ids), count))) == count


def stack(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """The parts below each other; rows of fewer pieces than the longest are filled up with zeros."""
    width = max((part.shape[1] for part in parts if part.ndim > 1), default=0)
    return np.concatenate([np.pad(p, ((0, 0), (0, width - p.shape[1]))) if p.ndim > 1 else p for p in parts])


def asked_pieces(log_probabilities: torch.Tensor, ids: torch.Tensor) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Log-probability (natural) and rank, from 1, of one piece a position: both (positions,)."""
    found = log_probabilities.gather(-1, ids[:, None].to(log_probabilities.device))  # (positions, 1)
    rank = (log_probabilities > found).sum(-1) + 1
    return found[:, 0].cpu().numpy(), rank.cpu().numpy()
