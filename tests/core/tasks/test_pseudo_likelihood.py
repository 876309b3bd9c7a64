"""pseudo-likelihood against plain transformers and peft: one forward pass a hidden piece."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import InputError
from core.runtime.local import LocalEngine
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest, PseudoLikelihoodResult

CHECKPOINT = "minilm-fill-mask"
TEXTS = ["The keys are on the table.", "Ouagadougou!", "Zürich 🍕 is unbelievably good."]
Reference = Callable[..., tuple[Any, Any]]


def ask(engine: LocalEngine, text: str, checkpoint: str = CHECKPOINT, **options: Any) -> PseudoLikelihoodResult:
    (result,) = engine.run("pseudo-likelihood", checkpoint, [PseudoLikelihoodRequest(text, **options)])
    assert isinstance(result, PseudoLikelihoodResult)
    return result


def expected(model: Any, tokenizer: Any, text: str, *, hide: bool) -> list[torch.Tensor]:
    """Log-probabilities over the vocabulary at each piece, (pieces, vocabulary)."""
    inputs = tokenizer(text, return_tensors="pt")
    words, ids = inputs.word_ids(), inputs["input_ids"]
    found = []
    for n, word in enumerate(words):
        if word is None:
            continue
        hidden = ids.clone()
        if hide:
            hidden[0, [p for p in range(n, len(words)) if words[p] == word]] = tokenizer.mask_token_id
        with torch.inference_mode():
            found.append(model(**{**inputs, "input_ids": hidden}).logits[0, n].log_softmax(-1))
    return found


@pytest.mark.parametrize("hide", [True, False])
@pytest.mark.parametrize("checkpoint", [CHECKPOINT, "tiny_masked_lm"])
def test_numbers_are_those_of_transformers(
    checkpoint: str, hide: bool, float32_engine: LocalEngine, tiny_engine: LocalEngine, reference: Reference
) -> None:
    engine = tiny_engine if checkpoint.startswith("tiny") else float32_engine
    model, tokenizer = reference(engine.catalog[checkpoint])
    for text in TEXTS:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        result = ask(engine, text, checkpoint, hide=hide, top_k=3)
        assert [piece.token for piece in result.pieces] == tokenizer.convert_ids_to_tokens(ids)
        for piece, own, wanted in zip(result.pieces, ids, expected(model, tokenizer, text, hide=hide), strict=True):
            assert piece.log_probability == pytest.approx(float(wanted[own]), abs=2e-3)
            assert piece.rank == pytest.approx(int((wanted > wanted[own]).sum()) + 1, rel=0.01)
            found = [fill.token_id for fill in piece.fills]
            np.testing.assert_allclose([f.score for f in piece.fills], wanted[found].exp(), atol=1e-4)
            better = (wanted > wanted[found].min()).nonzero().flatten().tolist()
            assert all(tokenizer.decode(n).startswith(("##", "[")) for n in better if n not in found)


def test_the_sum_is_the_pseudo_log_likelihood(float32_engine: LocalEngine) -> None:
    result = ask(float32_engine, TEXTS[0])
    assert result.log_likelihood == pytest.approx(sum(piece.log_probability for piece in result.pieces))


def test_pieces_of_a_word_share_its_number(float32_engine: LocalEngine) -> None:
    result = ask(float32_engine, TEXTS[1])
    assert len(result.pieces) > 2
    assert len({piece.word for piece in result.pieces[:-1]}) == 1
    assert result.pieces[-1].word == result.pieces[0].word + 1


def test_a_usual_sentence_is_more_expected_than_its_words_in_disorder(engine: LocalEngine) -> None:
    assert (
        ask(engine, "The book is on the table.").log_likelihood
        > ask(engine, "The on table is book the.").log_likelihood
    )


def test_a_long_text_is_refused_or_read_in_windows(float32_engine: LocalEngine) -> None:
    text = "The river runs through the town. " * 100
    with pytest.raises(InputError, match=r"700 tokens; up to 256") as caught:
        ask(float32_engine, text)
    assert "without hiding" in caught.value.hint
    result = ask(float32_engine, text, hide=False)
    assert len(result.pieces) == 700
    assert [piece.start for piece in result.pieces] == sorted(piece.start for piece in result.pieces)
    assert [text[p.start : p.end].lower() for p in result.pieces] == [p.token for p in result.pieces]


@pytest.mark.parametrize("top_k", [0, 21])
def test_top_k_has_bounds(float32_engine: LocalEngine, top_k: int) -> None:
    with pytest.raises(InputError, match=rf"top_k is {top_k}; it must be between 1 and 20"):
        ask(float32_engine, TEXTS[0], top_k=top_k)


def test_what_is_expected_inside_a_word_is_joined_with_its_beginning(float32_engine: LocalEngine) -> None:
    result = ask(float32_engine, "The violinist played well.", "mini-bert")
    assert [piece.token for piece in result.pieces[1:4]] == ["viol", "##ini", "##st"]
    assert all(not fill.joined for fill in result.pieces[1].fills)
    joined = [fill.text for fill in result.pieces[3].fills if fill.joined]
    assert joined
    assert all(text.startswith("violini") for text in joined)


@pytest.mark.parametrize("checkpoint", [CHECKPOINT, "mini-roberta"])
def test_pieces_with_others_in_their_places_are_read_at_once(
    checkpoint: str, float32_engine: LocalEngine, reference: Reference
) -> None:
    model, tokenizer = reference(float32_engine.catalog[checkpoint])
    ids = tokenizer(TEXTS[0], return_tensors="pt")["input_ids"]
    shown = ids.clone()
    shown[0, 2], shown[0, 5] = tokenizer.mask_token_id, 1999
    with torch.inference_mode():
        wanted = model(input_ids=shown).logits[0].log_softmax(-1)
    result = ask(float32_engine, TEXTS[0], checkpoint, shown=((4, 1999), (1, None)))
    assert [piece.shown for piece in result.pieces] == [tokenizer.mask_token, tokenizer.convert_ids_to_tokens(1999)]
    assert [piece.token for piece in result.pieces] == tokenizer.convert_ids_to_tokens(ids[0, [2, 5]])
    for piece, n in zip(result.pieces, (2, 5), strict=True):
        assert piece.log_probability == pytest.approx(float(wanted[n, ids[0, n]]), abs=2e-3)
    losses = [-piece.log_probability for piece in result.pieces]
    assert result.perplexity == pytest.approx(np.exp(np.mean(losses)))


@pytest.mark.parametrize("shown", [((9, None),), ((-1, 5),), ((0, 40_000),), ((0, -7),), ((1, 5), (1, None))])
def test_what_cannot_be_shown_is_refused(
    shown: tuple[tuple[int, int | None], ...], float32_engine: LocalEngine
) -> None:
    with pytest.raises(InputError):
        ask(float32_engine, TEXTS[0], shown=shown)
