"""candidate-ranking against the chain rule written out with plain transformers and peft."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from core.errors import InputError
from core.runtime.local import LocalEngine
from core.tasks.candidate_ranking.schema import CandidateRankingRequest, CandidateRankingResult
from core.tasks.fill_mask.schema import FillMaskRequest, FillMaskResult

CHECKPOINT = "minilm-fill-mask"
TEXT = "The capital of France is ___."
CITIES = ("London", "Paris", "Ouagadougou", "New York")
Reference = Callable[..., tuple[Any, Any]]


def ask(
    engine: LocalEngine, text: str, candidates: tuple[str, ...], checkpoint: str = CHECKPOINT
) -> CandidateRankingResult:
    (result,) = engine.run("candidate-ranking", checkpoint, [CandidateRankingRequest(text, candidates)])
    assert isinstance(result, CandidateRankingResult)
    return result


def by_hand(model: Any, tokenizer: Any, word: str) -> float:
    """log P(piece 1) + log P(piece 2 | piece 1) + …, what is not yet known hidden."""
    pieces = tokenizer(word, add_special_tokens=False)["input_ids"]
    total = 0.0
    for known in range(len(pieces)):
        masks = tokenizer.mask_token * (len(pieces) - known)
        inputs = tokenizer(TEXT.replace("___", masks), return_tensors="pt")
        ids = inputs["input_ids"][0].tolist()
        first = ids.index(tokenizer.mask_token_id)
        filled = torch.tensor([ids[:first] + pieces[:known] + ids[first:]])
        with torch.inference_mode():
            logits = model(input_ids=filled).logits[0, first + known]
        total += float(logits.log_softmax(-1)[pieces[known]])
    return total


@pytest.mark.parametrize("checkpoint", [CHECKPOINT, "tiny_masked_lm"])
def test_words_of_many_pieces_follow_the_chain_rule(
    checkpoint: str, float32_engine: LocalEngine, tiny_engine: LocalEngine, reference: Reference
) -> None:
    engine = tiny_engine if checkpoint.startswith("tiny") else float32_engine
    model, tokenizer = reference(engine.catalog[checkpoint])
    result = ask(engine, TEXT, CITIES, checkpoint)
    assert {one.text for one in result.candidates} == set(CITIES)
    for one in result.candidates:
        assert one.pieces == tuple(tokenizer.tokenize(one.text))
        assert one.log_probability == pytest.approx(by_hand(model, tokenizer, one.text), abs=2e-3)


def test_a_word_of_one_piece_has_the_probability_of_fill_mask(float32_engine: LocalEngine) -> None:
    (filled,) = float32_engine.run("fill-mask", CHECKPOINT, [FillMaskRequest(TEXT, 100)])
    assert isinstance(filled, FillMaskResult)
    known = {fill.text: fill.score for fill in filled.masks[0].fills}
    for one in ask(float32_engine, TEXT, ("paris", "lyon", "beautiful")).candidates:
        if one.text in known:
            assert 2.718281828**one.log_probability == pytest.approx(known[one.text], abs=1e-4)


def test_best_first_and_shares_sum_to_one(float32_engine: LocalEngine) -> None:
    result = ask(float32_engine, TEXT, CITIES)
    scores = [one.score for one in result.candidates]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1)
    assert result.candidates[0].text == "Paris"
    assert TEXT[result.start : result.end] == "___"


def test_the_order_of_the_candidates_does_not_matter(float32_engine: LocalEngine) -> None:
    one, other = ask(float32_engine, TEXT, CITIES), ask(float32_engine, TEXT, CITIES[::-1])
    assert [c.text for c in one.candidates] == [c.text for c in other.candidates]


@pytest.mark.parametrize(
    ("text", "candidates", "sentence"),
    [
        ("No gap here.", ("a",), "0 gaps; it needs exactly one"),
        ("___ and ___", ("a",), "2 gaps; it needs exactly one"),
        (TEXT, (), "0 candidates"),
        (TEXT, tuple(map(str, range(51))), "51 candidates"),
        (TEXT, ("a", "b", "a"), "twice"),
        (TEXT, ("a", " "), "candidate is empty"),
        (TEXT, ("a" * 101,), "101 characters; up to 100"),
        (TEXT, ("\u0301",), "contains nothing this model can read"),
    ],
)
def test_bad_input_gets_a_sentence(
    float32_engine: LocalEngine, text: str, candidates: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(InputError) as caught:
        ask(float32_engine, text, candidates)
    assert sentence in caught.value.message
    assert caught.value.hint
