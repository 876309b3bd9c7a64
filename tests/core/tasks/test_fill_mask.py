"""fill-mask against plain transformers and peft, the adapter unmerged."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import InputError
from core.runtime.local import LocalEngine
from core.tasks.fill_mask.run import window_starts
from core.tasks.fill_mask.schema import FillMaskRequest, FillMaskResult

CHECKPOINT = "minilm-fill-mask"
TEXTS = [
    "The capital of France is ___.",
    "___",
    "She put the [MASK] on the <mask> and left; ______ was cold outside.",
    "The ___ of the city " + "was rebuilt after the war and " * 12 + "is now a ___.",
    "Zürich 🍕 is ___ than שלום.",
]
Reference = Callable[..., tuple[Any, Any]]


def ask(engine: LocalEngine, texts: list[str], checkpoint: str = CHECKPOINT, top_k: int = 5) -> list[FillMaskResult]:
    results = engine.run("fill-mask", checkpoint, [FillMaskRequest(text, top_k) for text in texts])
    assert all(isinstance(result, FillMaskResult) for result in results)
    return results  # type: ignore[return-value]


def mask_probabilities(model: Any, tokenizer: Any, text: str) -> torch.Tensor:
    """The whole vocabulary at each mask, (masks, vocabulary), from a forward pass over one unpadded text."""
    for placeholder in ("______", "___", "<mask>"):
        text = text.replace(placeholder, "[MASK]")
    inputs = tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        logits = model(**inputs).logits[0]
    return logits[inputs["input_ids"][0] == tokenizer.mask_token_id].softmax(-1)


def stands_alone(tokenizer: Any, token_id: int) -> bool:
    """Whether BERT's piece is a word by itself."""
    return token_id not in tokenizer.all_special_ids and not tokenizer.convert_ids_to_tokens(token_id).startswith("##")


@pytest.mark.parametrize("checkpoint", [CHECKPOINT, "tiny_masked_lm"])
def test_words_and_scores_are_those_of_transformers(
    checkpoint: str, float32_engine: LocalEngine, tiny_engine: LocalEngine, reference: Reference
) -> None:
    engine = tiny_engine if checkpoint.startswith("tiny") else float32_engine
    model, tokenizer = reference(engine.catalog[checkpoint])
    for text, result in zip(TEXTS, ask(engine, TEXTS, checkpoint, top_k=10), strict=True):
        wanted = mask_probabilities(model, tokenizer, text)
        assert len(result.masks) == len(wanted)
        for mask, probabilities in zip(result.masks, wanted, strict=True):
            best = probabilities.sort(descending=True)
            words = [n for n, token_id in enumerate(best.indices.tolist()) if stands_alone(tokenizer, token_id)][:10]
            assert [fill.token_id for fill in mask.fills] == best.indices[words].tolist()
            np.testing.assert_allclose([fill.score for fill in mask.fills], best.values[words], atol=1e-4)
            assert mask.left_out == words[-1] + 1 - 10
            assert mask.rest == pytest.approx(1 - float(best.values[words].sum()), abs=1e-4)
            entropy = -(probabilities * probabilities.log2()).nan_to_num().sum()
            assert mask.entropy == pytest.approx(float(entropy), abs=1e-2)


def test_one_by_one_gives_what_a_batch_gives(float32_engine: LocalEngine) -> None:
    for text, together in zip(TEXTS, ask(float32_engine, TEXTS, top_k=7), strict=True):
        (alone,) = float32_engine.stream("fill-mask", CHECKPOINT, [FillMaskRequest(text, 7)])
        assert isinstance(alone, FillMaskResult)
        for one, other in zip(together.masks, alone.masks, strict=True):
            assert [f.token_id for f in one.fills] == [f.token_id for f in other.fills]
            np.testing.assert_allclose([f.score for f in one.fills], [f.score for f in other.fills], atol=1e-5)


def test_bfloat16_stays_close_to_float32(float32_engine: LocalEngine, bfloat16_engine: LocalEngine) -> None:
    """Probabilities within 0.03, and the same best word wherever float32 prefers it by more than that."""
    for exact, rounded in zip(ask(float32_engine, TEXTS), ask(bfloat16_engine, TEXTS), strict=True):
        assert rounded.provenance.dtype == "bfloat16"
        for one, other in zip(exact.masks, rounded.masks, strict=True):
            scores = {fill.token_id: fill.score for fill in other.fills}
            assert all(abs(fill.score - scores.get(fill.token_id, fill.score)) < 0.03 for fill in one.fills)
            if one.fills[0].score - one.fills[1].score > 0.03:
                assert one.fills[0].token_id == other.fills[0].token_id


def test_placeholders_stand_where_they_were_typed(float32_engine: LocalEngine) -> None:
    for text, result in zip(TEXTS, ask(float32_engine, TEXTS), strict=True):
        found = [text[mask.start : mask.end] for mask in result.masks]
        assert found == [part for part in ("___", "[MASK]", "<mask>", "______", "___") if part in found][: len(found)]
        assert [mask.start for mask in result.masks] == sorted({mask.start for mask in result.masks})


def test_top_k_of_neighbours_in_a_batch_do_not_mix(float32_engine: LocalEngine) -> None:
    requests = [FillMaskRequest(TEXTS[0], top_k) for top_k in (1, 100, 3)]
    results = float32_engine.run("fill-mask", CHECKPOINT, requests)
    fills = [result.masks[0].fills for result in results if isinstance(result, FillMaskResult)]
    assert [len(found) for found in fills] == [1, 100, 3]
    assert [f.text for f in fills[2]] == [f.text for f in fills[1][:3]]


def test_scores_fall_and_are_probabilities(float32_engine: LocalEngine) -> None:
    (result,) = ask(float32_engine, TEXTS[:1], top_k=100)
    scores = [fill.score for fill in result.masks[0].fills]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(scores) <= 1


def test_the_capital_of_france(engine: LocalEngine) -> None:
    (result,) = ask(engine, TEXTS[:1])
    assert "paris" in [fill.text for fill in result.masks[0].fills]


@pytest.mark.parametrize("place", ["start", "end"])
def test_of_a_long_text_the_stretch_around_the_mask_is_read(float32_engine: LocalEngine, place: str) -> None:
    filler = "The river runs through the town. " * 150
    text = f"___ is near. {filler}" if place == "start" else f"{filler}Then came ___."
    (result,) = ask(float32_engine, [text])
    (unread,) = result.provenance.unread
    assert unread.tokens > 900
    assert unread.begins.startswith("The river runs") == (place == "end")
    assert result.provenance.tokens == 128
    (mask,) = result.masks
    assert text[mask.start : mask.end] == "___"


def test_masks_far_apart_are_all_filled_in_the_order_of_the_text(float32_engine: LocalEngine) -> None:
    filler = "The river runs through the town. " * 150
    text = f"___ is near. {filler}A ___ is seen. {filler}Then came ___ and ___."
    (result,) = ask(float32_engine, [text])
    assert [text[mask.start : mask.end] for mask in result.masks] == ["___"] * 4
    assert [mask.start for mask in result.masks] == [n for n in range(len(text)) if text.startswith("___", n)]
    (alone,) = ask(float32_engine, [f"___ is near. {filler}"])
    assert [fill.text for fill in result.masks[0].fills] == [fill.text for fill in alone.masks[0].fills]


def test_more_masks_than_go_through_the_decoder_at_once(float32_engine: LocalEngine) -> None:
    texts = ["___ and ___ or " * 100 + "this.", "___ " * 400]
    together = ask(float32_engine, texts)
    assert [len(result.masks) for result in together] == [200, 400]
    for text, result in zip(texts, together, strict=True):
        (alone,) = ask(float32_engine, [text + " "])
        scores = [[fill.score for fill in mask.fills] for mask in result.masks]
        np.testing.assert_allclose(scores, [[fill.score for fill in mask.fills] for mask in alone.masks], atol=1e-4)


@pytest.mark.parametrize("masks", [[0], [509, 510], [0, 509, 510, 1200], list(range(1300))])
def test_windows_hold_every_mask(masks: list[int]) -> None:
    starts = list(window_starts(masks, 1300, 510))
    assert all(0 <= start <= 1300 - 510 for start in starts)
    assert all(any(start <= mask < start + 510 for start in starts) for mask in masks)
    assert len(starts) <= 3


@pytest.mark.parametrize("top_k", [0, 101, -1])
def test_top_k_has_bounds(float32_engine: LocalEngine, top_k: int) -> None:
    with pytest.raises(InputError, match=rf"top_k is {top_k}; it must be between 1 and 100"):
        ask(float32_engine, TEXTS[:1], top_k=top_k)


@pytest.mark.parametrize("text", ["no gap", "__", "[mask]"])
def test_a_text_without_a_mask_says_how_to_write_one(float32_engine: LocalEngine, text: str) -> None:
    with pytest.raises(InputError, match="no gap") as caught:
        ask(float32_engine, [text])
    assert "___" in caught.value.hint


@pytest.mark.parametrize("checkpoint", ["mini-bert", "mini-roberta"])
def test_a_piece_that_continues_a_word_is_joined_with_it(float32_engine: LocalEngine, checkpoint: str) -> None:
    text = "(He was walk___ home.)"
    (result,) = ask(float32_engine, [text], checkpoint)
    best = result.masks[0].fills[0]
    assert (best.text, best.joined) == ("walking", 4)
    assert text[: result.masks[0].start - best.joined] + best.text + " home." == "(He was walking home."


@pytest.mark.parametrize("checkpoint", [CHECKPOINT, "mini-bert", "mini-roberta", "tiny_masked_lm"])
def test_where_there_is_no_word_to_continue_such_pieces_are_left_out(
    checkpoint: str, float32_engine: LocalEngine, tiny_engine: LocalEngine
) -> None:
    engine = tiny_engine if checkpoint.startswith("tiny") else float32_engine
    text = "All three cat ___ slept on the two chair ___ near the fire."
    (result,) = ask(engine, [text], checkpoint, top_k=100)
    for mask in result.masks:
        assert len(mask.fills) == 100
        assert mask.left_out > 0
        assert not [fill for fill in mask.fills if fill.joined or fill.text.startswith("##") or not fill.text.strip()]
