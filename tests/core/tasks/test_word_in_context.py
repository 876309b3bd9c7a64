"""word-in-context against the hidden states of plain transformers, and what counts as the word."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import InputError
from core.runtime.local import LocalEngine
from core.tasks.word_in_context.schema import WordInContextRequest, WordInContextResult

RIVER = "She sat down on the bank of the river."
MONEY = "The Bank raised its interest rates."
Reference = Callable[..., tuple[Any, Any]]


def ask(engine: LocalEngine, checkpoint: str, *requests: WordInContextRequest) -> list[WordInContextResult]:
    results = engine.run("word-in-context", checkpoint, requests)
    return [result for result in results if isinstance(result, WordInContextResult)]


@pytest.mark.parametrize("checkpoint", ["minilm", "minilm-ner"])
@pytest.mark.parametrize(("word", "text"), [("bank", RIVER), ("bank", MONEY), ("glockenspiel", "A glockenspiel.")])
def test_each_layer_is_the_mean_of_the_pieces_of_the_word(
    checkpoint: str, word: str, text: str, float32_engine: LocalEngine, reference: Reference
) -> None:
    (got,) = ask(float32_engine, checkpoint, WordInContextRequest(word, text))
    model, tokenizer = reference(float32_engine.catalog[checkpoint])
    inputs = tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
    offsets = inputs.pop("offset_mapping")[0].tolist()
    places = [n for n, (start, end) in enumerate(offsets) if got.start <= start < end <= got.end]
    with torch.inference_mode():
        states = model(**inputs, output_hidden_states=True).hidden_states
    wanted = np.stack([layer[0, places].mean(0).numpy() for layer in states])
    assert text[got.start : got.end].lower() == got.word.lower() == word
    np.testing.assert_allclose(got.embeddings, wanted, atol=1e-4)


def test_the_word_itself_goes_before_an_inflected_form(tiny_engine: LocalEngine) -> None:
    texts = ["Banks and a bank.", "Two banks.", "A banknote, then banking."]
    found = ask(tiny_engine, "tiny_encoder", *(WordInContextRequest("bank", text) for text in texts))
    assert [result.word for result in found] == ["bank", "banks", "banking"]


def test_a_text_without_the_word_is_told(tiny_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match="“bank” is not in this text: A riverbank") as caught:
        ask(tiny_engine, "tiny_encoder", WordInContextRequest("bank", "A riverbank."))
    assert caught.value.field == "word"


def test_a_word_far_behind_is_read_with_what_stands_around_it(tiny_engine: LocalEngine) -> None:
    (result,) = ask(tiny_engine, "tiny_encoder", WordInContextRequest("bank", "It rained. " * 400 + RIVER))
    (short,) = ask(tiny_engine, "tiny_encoder", WordInContextRequest("bank", RIVER))
    (before,) = result.provenance.unread
    assert before.begins.startswith("It rained. It rained.")
    assert result.provenance.tokens == 512
    assert not np.allclose(result.embeddings[-1], short.embeddings[-1], atol=1e-3), "its context is another"
