"""word-in-context: the vector of one word of a text on every layer, in which its neighbours have a say."""

import re
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError
from core.models.encoding import left_out
from core.models.model import LoadedModel
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.word_in_context.schema import WordInContextRequest, WordInContextResult
from core.text.phrases import quoted, shorten
from core.text.spans import Span

ENDING = r"\w{0,3}"  # of an inflected form, which counts where the word itself is not in the text


def encode(request: WordInContextRequest, model: LoadedModel) -> Encoded:
    """One row, its pieces around the word where the text is too long; asks for the word's pieces. `plan`: its span."""
    start, end = find_word(request.word.strip(), request.text)
    pieces, room = model.tokenizer.pieces(request.text), model.tokenizer.room()
    inside = [n for n, (first, last) in enumerate(pieces.offsets) if first < end and last > start]
    if not inside:
        message = f"{quoted(request.word)} has no readable letters for this model."
        raise InputError(message, "Choose another word.", "word")
    begin = max(0, min(inside[0] - room // 2, len(pieces) - room))
    row = model.tokenizer.join(pieces[begin : begin + room])
    asked = tuple((row.first_text + n - begin, pieces.ids[n]) for n in inside if n - begin < room)
    return Encoded((row,), left_out(request.text, pieces, (begin, begin + room)), (start, end), (asked,))


def find_word(word: str, text: str) -> Span:
    """The first place of the word, whatever its case; of an inflected form where the word itself is not there."""
    for ending in ("", ENDING):
        if match := re.search(rf"(?<!\w){re.escape(word)}{ending}(?!\w)", text, re.IGNORECASE):
            return match.span()
    message = f"The word {quoted(word)} is not in this text: {shorten(text)}"
    raise InputError(message, "Spell it exactly as in the text.", "word")


def forward(model: LoadedModel, batch: Batch) -> Sequence[NDArray[np.float32]]:
    """The mean over the asked pieces, (layers + 1, hidden), embeddings first."""
    states = model.plain_encoder(**batch.inputs, output_hidden_states=True).hidden_states
    return [
        torch.stack([layer[n, [place for place, _ in row.asked]].float().mean(0) for layer in states]).cpu().numpy()
        for n, row in enumerate(batch.rows)
    ]


def decode(answered: Answered[WordInContextRequest]) -> WordInContextResult:
    """The vectors with the place of the word."""
    start, end = answered.encoded.plan
    text = answered.request.text
    return WordInContextResult(text, text[start:end], start, end, answered.outputs[0], answered.provenance)
