"""logit-lens: the trained head of a masked language model, applied to the hidden states of every layer.

The idea is nostalgebraist's (2020, “interpreting GPT: the logit lens”). Here the whole head is applied: dense,
activation, norm, decoder, and before them the norm behind the last layer where a network has one. It was trained for
the last layer only, so what it reads from earlier ones is a lower bound of what they know.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.models.architecture import last_norm
from core.models.encoding import left_out
from core.models.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM
from core.models.model import LoadedModel
from core.models.tokenizer import Tokenizer
from core.models.vocabulary import POSITIONS_AT_ONCE, asked_pieces, best_pieces, stack
from core.runtime.batch import Answered, Asked, Batch, Encoded, InputRow
from core.tasks.fill_mask.run import MOST_FILLS, mask_positions, window_starts, words
from core.tasks.logit_lens.schema import FollowedWord, LensGap, LogitLensRequest, LogitLensResult
from core.tasks.spec import check_number, check_text
from core.text.masks import place_masks
from core.text.spans import GAP, Span

MOST_WORDS = 10
LONGEST_WORD = 100  # characters
AROUND = 50  # characters on both sides of a gap that decide how a word in it is cut


@dataclass(frozen=True)
class LayerOutput:
    """One layer of a row. At its masks the best `ids` and `scores` (masks, pieces); natural `log_probability` and
    `rank`, from 1, of each pair followed (pairs,); at every token the most probable piece and that one's probability,
    (tokens,)."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    log_probability: NDArray[np.float32]
    rank: NDArray[np.int64]
    best: NDArray[np.int64]
    best_score: NDArray[np.float32]


@dataclass(frozen=True)
class LensOutput:
    """All layers of a row, the embeddings first, and the pairs of a position and a piece that were followed."""

    pairs: Asked
    layers: tuple[LayerOutput, ...]


def encode(request: LogitLensRequest, model: LoadedModel) -> Encoded:
    """One row: the text, or the stretch around its first gaps that fits. `plan` holds the spans of its gaps in the text
    as typed, that of each token, and of each gap the pieces of the words to follow, None for a word of several."""
    tokenizer = model.tokenizer
    check_number(request.top_k, "top_k", 1, MOST_FILLS)
    check_number(len(request.words), "The number of words", 0, MOST_WORDS)
    for word in request.words:
        check_text(word, "word", LONGEST_WORD)
    masked = place_masks(request.text, tokenizer.mask_token or GAP)
    pieces, room = tokenizer.pieces(masked.text), tokenizer.room()
    masks = [p for p, token_id in enumerate(pieces.ids) if token_id == tokenizer.mask_id]
    start = next(window_starts(masks, len(pieces), room), 0)
    row = tokenizer.join(pieces[start : start + room])
    spans = dict(zip(masked.masks, masked.placeholders, strict=True))
    places = mask_positions(row, tokenizer)
    gaps = [spans[row.offsets[p]] for p in places]
    followed = [[piece_in_gap(request.text, gap, word, tokenizer) for word in request.words] for gap in gaps]
    asked = [(p, id) for p, ids in zip(places, followed, strict=True) for id in ids if id is not None]
    offsets = tuple((masked.original(a), masked.original(b)) if a < b else (0, 0) for a, b in row.offsets)
    unread = left_out(masked.text, pieces, (start, start + room))
    return Encoded((row,), unread, plan=(gaps, offsets, followed), asked=(tuple(asked),))


def piece_in_gap(text: str, gap: Span, word: str, tokenizer: Tokenizer) -> int | None:
    """The piece that `word` is in the gap; None if it takes several, or the vocabulary does not have it."""
    before, behind = text[max(0, gap[0] - AROUND) : gap[0]], text[gap[1] : gap[1] + AROUND]
    pieces = tokenizer.pieces(before + word + behind)
    end = len(before) + len(word)
    inside = [id for id, (s, e) in zip(pieces.ids, pieces.offsets, strict=True) if s < end and e > len(before)]
    return inside[0] if len(inside) == 1 and tokenizer.fill(inside[0], before) else None


def forward(model: LoadedModel, batch: Batch) -> Sequence[LensOutput]:
    """What the head reads from every layer of each row."""
    with torch.no_grad():
        layers = states_by_layer(model, batch.inputs)
        return [
            read(model, row, [layer[n, : len(row.encoding)] for layer in layers]) for n, row in enumerate(batch.rows)
        ]


def states_by_layer(model: LoadedModel, inputs: dict[str, torch.Tensor]) -> list[torch.Tensor]:
    """What the head is applied to on each layer, the embeddings first, each (rows, tokens, hidden).

    DeBERTa with its own decoder predicts from the states of that decoder, which applies the last layer twice to the
    states below it with positions added: these stand in the place of the last layer, which predicts nothing.
    """
    *lower, last = model.plain_encoder(**inputs, output_hidden_states=True).hidden_states
    if isinstance(model.plain, DebertaV2ForEnhancedMaskedLM):
        last = model.plain.decode(inputs["input_ids"], inputs["attention_mask"])
    norm = last_norm(model.plain_encoder)
    return [*(norm(states) for states in lower), last]


def read(model: LoadedModel, row: InputRow, layers: Sequence[torch.Tensor]) -> LensOutput:
    """Every layer of one row, each (tokens, hidden)."""
    masks = mask_positions(row.encoding, model.tokenizer)
    pairs = row.asked if row.request.words else best_at_last(model, layers[-1], masks)
    return LensOutput(pairs, tuple(read_layer(model, layer, masks, pairs, row.request.top_k) for layer in layers))


def best_at_last(model: LoadedModel, states: torch.Tensor, masks: Sequence[int]) -> Asked:
    """For each mask the best pieces down to the first that is a word in any gap: one of them is the best word there."""
    ids = [row for part in predict(model, states[masks]) for row in best_pieces(part, 1, model.tokenizer)[0].tolist()]
    found = []
    for mask, best in zip(masks, ids, strict=True):
        first = next((n for n, id in enumerate(best) if model.tokenizer.is_word(id)), len(best))
        found += [(mask, id) for id in best[: first + 1]]
    return tuple(found)


def read_layer(model: LoadedModel, states: torch.Tensor, masks: Sequence[int], pairs: Asked, top_k: int) -> LayerOutput:
    """One layer, (tokens, hidden). The large product with the vocabulary is made once for each token: gaps and asked
    pieces are read from the same numbers."""
    tokens, at_masks, followed = [], [], []
    for start, part in zip(range(0, len(states), POSITIONS_AT_ONCE), predict(model, states), strict=True):
        inside = range(start, start + len(part))
        tokens.append(part.max(-1))
        gaps = [place - start for place in masks if place in inside]
        at_masks.append(best_pieces(part[gaps], top_k, model.tokenizer)[:2])
        asked = [(place - start, id) for place, id in pairs if place in inside]
        ids = torch.tensor([id for _, id in asked], dtype=torch.long, device=states.device)
        followed.append(asked_pieces(part[[place for place, _ in asked]], ids))
    return LayerOutput(
        ids=stack([ids for ids, _ in at_masks]),
        scores=stack([scores for _, scores in at_masks]),
        log_probability=stack([found for found, _ in followed]),
        rank=stack([rank for _, rank in followed]),
        best=np.concatenate([one.indices.cpu().numpy() for one in tokens]),
        best_score=np.concatenate([one.values.exp().cpu().numpy() for one in tokens]),
    )


def predict(model: LoadedModel, states: torch.Tensor) -> Iterator[torch.Tensor]:
    """Natural log-probabilities of all pieces at some places, (places, vocabulary), in parts; one empty part where
    there are no places."""
    for part in states.split(POSITIONS_AT_ONCE):
        yield model.predict_tokens(part).float().log_softmax(-1)


def decode(answered: Answered[LogitLensRequest]) -> LogitLensResult:
    """Words, ranks and probabilities with their places in the text as typed."""
    request, model, output = answered.request, answered.model, answered.outputs[0]
    spans, offsets, _ = answered.encoded.plan
    encoding, tokenizer = answered.encoded.encodings[0], model.tokenizer
    gaps = tuple(decode_gap(answered, n, span) for n, span in enumerate(spans))
    return LogitLensResult(
        request.text,
        gaps,
        tokenizer.labels(encoding),
        offsets,
        tuple(tuple(map(tokenizer.word, layer.best.tolist())) for layer in output.layers),
        np.stack([layer.best_score for layer in output.layers]),
        isinstance(model.plain, DebertaV2ForEnhancedMaskedLM),
        answered.provenance,
    )


def decode_gap(answered: Answered[LogitLensRequest], n: int, span: Span) -> LensGap:
    """The gap number `n` of the row."""
    request, tokenizer, output = answered.request, answered.model.tokenizer, answered.outputs[0]
    typed = request.text[: span[0]]
    place = mask_positions(answered.encoded.encodings[0], tokenizer)[n]
    pairs = {pair: i for i, pair in enumerate(output.pairs)}
    layers = tuple(words(one.ids[n], one.scores[n], request.top_k, typed, tokenizer)[0] for one in output.layers)
    if request.words:
        wanted = list(zip(request.words, answered.encoded.plan[2][n], strict=True))
    else:
        made = ((tokenizer.fill(id, typed), id) for position, id in output.pairs if position == place)
        wanted = [(word[0], id) for word, id in made if word][:1]
    return LensGap(
        *span,
        layers,
        tuple(follow(text, output, None if id is None else pairs[place, id]) for text, id in wanted),
    )


def follow(text: str, output: LensOutput, pair: int | None) -> FollowedWord:
    """A word through all layers, by the number of its pair."""
    if pair is None:
        return FollowedWord(text)
    ranks = tuple(int(layer.rank[pair]) for layer in output.layers)
    return FollowedWord(text, ranks, tuple(float(np.exp(layer.log_probability[pair])) for layer in output.layers))
