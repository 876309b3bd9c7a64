"""hidden-states against plain transformers, alone, in a batch, pooled; what its rows and its agreement say."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import InputError
from core.provenance import Provenance, Timing, Unread
from core.runtime.local import LocalEngine
from core.tasks.feature_extraction.schema import Pooling
from core.tasks.forward_pass.schema import ForwardPassRequest, ForwardPassResult
from core.tasks.hidden_states.agreement import agreement, change
from core.tasks.hidden_states.schema import (
    HiddenStatesRequest,
    HiddenStatesResult,
    in_text,
    most_turned,
    rows,
    summary,
    turns,
)

Reference = Callable[..., tuple[Any, Any]]
PAIRS = [("The cat sat on the mat.", ""), ("a", ""), ("Zürich 🍕 שלום", "Is it so?"), ("The town is old. " * 12, "")]
POOLINGS: tuple[Pooling, ...] = ("mean", "cls", "max")


def ask(engine: LocalEngine, checkpoint: str, *requests: HiddenStatesRequest) -> list[HiddenStatesResult]:
    results = engine.run("hidden-states", checkpoint, requests)
    assert all(isinstance(result, HiddenStatesResult) for result in results)
    return results  # type: ignore[return-value]


@pytest.mark.parametrize("checkpoint", ["minilm-fill-mask", "mini-bert", "mini-roberta", "mini-deberta"])
def test_states_are_those_of_transformers_in_a_batch(
    float32_engine: LocalEngine, reference: Reference, checkpoint: str
) -> None:
    model, tokenizer = reference(float32_engine.catalog[checkpoint])
    results = ask(float32_engine, checkpoint, *(HiddenStatesRequest(*pair) for pair in PAIRS))
    for (text, pair), result in zip(PAIRS, results, strict=True):
        inputs = tokenizer(text, pair or None, return_tensors="pt")
        with torch.inference_mode():
            output = model.base_model(**inputs, output_hidden_states=True)
        np.testing.assert_allclose(result.states, torch.cat(output.hidden_states), atol=1e-4)
        np.testing.assert_allclose(result.states[-1], output.last_hidden_state[0], atol=1e-4)
        assert list(result.tokens) == tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])


def test_what_is_pooled_is_what_its_tokens_give(float32_engine: LocalEngine) -> None:
    """Texts of many lengths, of which some are pooled, in one batch."""
    requests = [HiddenStatesRequest(*pair, poolings) for pair in PAIRS for poolings in (POOLINGS, ("max",), ())]
    results = iter(ask(float32_engine, "minilm", *requests))
    for all_three, longest, alone in zip(results, results, results, strict=True):
        states = alone.states
        expected = np.stack([states.mean(1), states[:, 0], states.max(1)], 1)
        np.testing.assert_allclose(all_three.states, expected, atol=1e-5)
        np.testing.assert_array_equal(longest.states, all_three.states[:, 2:])
        assert all_three.tokens == all_three.labels == POOLINGS
        assert all_three.offsets == ((0, 0),) * 3


def test_a_pooling_that_does_not_exist_is_refused(float32_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match="no pooling method called “sum”"):
        ask(float32_engine, "minilm", HiddenStatesRequest("A cat.", poolings=("sum",)))  # type: ignore[arg-type]


def test_512_tokens_fit_and_what_is_over_is_told(tiny_engine: LocalEngine) -> None:
    (result,) = ask(tiny_engine, "tiny_encoder", HiddenStatesRequest("cat " * 600))
    assert result.states.shape == (3, 512, 32)
    assert result.states.dtype == np.float32
    assert result.provenance.unread == (Unread(90, "cat " * 9 + "cat…"),)


def made_up(*layers: list[list[float]], labels: str = "[ab]", by: str = "minilm") -> HiddenStatesResult:
    """A result whose first and last tokens are special."""
    spans = ((0, 0), *((n, n + 1) for n in range(len(labels) - 2)), (0, 0))
    provenance = Provenance(by, "1", "float32", "cpu", len(labels), Timing(0, 0, 0, 0))
    return HiddenStatesResult(tuple(labels), tuple(labels), spans, np.array(layers, np.float32), provenance)


RIGHT, UP, LEFT = [2.0, 0.0], [0.0, 1.0], [-3.0, 0.0]


def test_a_turn_is_zero_to_two_and_special_tokens_do_not_count() -> None:
    result = made_up([RIGHT, RIGHT, UP, RIGHT], [LEFT, RIGHT, UP, LEFT], [LEFT, RIGHT, RIGHT, LEFT])
    np.testing.assert_allclose(turns(result.states), [[2, 0, 0, 2], [0, 0, 1, 0]], atol=1e-6)
    assert in_text(result) == [1, 2]
    assert most_turned(result) == (2, 2, pytest.approx(1))
    assert summary(result) == {
        "tokens": 4,
        "layers": 2,
        "most_turned": "b",
        "in_layer": 2,
        "turn": pytest.approx(1),
    }
    found = rows(result)
    assert len(found) == 3 * 4
    assert found[2] == {"layer": 0, "start": 1, "end": 2, "text": "b", "turn": 0.0, "norm": 1.0}
    assert found[4] == {"layer": 1, "start": 0, "end": 0, "text": "[", "turn": 2.0, "norm": 3.0}


def test_a_vector_of_zeros_turns_by_a_right_angle() -> None:
    result = made_up([[0.0, 0.0]] * 4, [RIGHT] * 4)
    np.testing.assert_array_equal(turns(result.states), np.ones((1, 4)))


def random(seed: int, tokens: int = 12, layers: int = 3, hidden: int = 64) -> HiddenStatesResult:
    found = np.random.default_rng(seed).normal(size=(layers, tokens, hidden))
    return made_up(*found.tolist(), labels=f"[{'abcdefghijkl'[: tokens - 2]}]")


def turned_round(result: HiddenStatesResult, seed: int = 0) -> HiddenStatesResult:
    """The same tokens in other axes, three times as long, in another place."""
    hidden = result.states.shape[-1]
    axes, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(hidden, hidden)))
    return made_up(*(3 * result.states @ axes + 1).tolist(), labels="".join(result.labels))


def test_layers_are_alike_whatever_their_axes_and_random_ones_are_not() -> None:
    """With more dimensions than tokens, the biased estimate would call random vectors alike."""
    same, other = agreement([random(1), turned_round(random(1))]), agreement([random(1), random(2)])
    assert same.sentence == "Both place the tokens in the same way on every layer."
    assert same.share == pytest.approx(1, abs=1e-3)
    assert other.share is not None
    assert other.share < 0.2
    assert "linear CKA" in other.sentence


def hsic(a: np.ndarray, b: np.ndarray) -> float:
    """The unbiased estimate as Song et al. 2012 write it, of vectors, (tokens, hidden)."""
    count, (k, m) = len(a), (x @ x.T for x in (a, b))
    np.fill_diagonal(k, 0)
    np.fill_diagonal(m, 0)
    both = np.trace(k @ m) + k.sum() * m.sum() / ((count - 1) * (count - 2)) - 2 * (k @ m).sum() / (count - 2)
    return float(both / (count * (count - 3)))


def test_the_similarity_is_that_of_the_formula() -> None:
    a, b = random(1), random(2)
    mixed = made_up(*(a.states + 0.5 * b.states).tolist(), labels="".join(a.labels))
    expected = [
        hsic(x, y) / np.sqrt(hsic(x, x) * hsic(y, y))
        for x, y in zip(a.states.astype(float), mixed.states.astype(float), strict=True)
    ]
    assert agreement([a, mixed]).share == pytest.approx(np.mean(expected), abs=1e-4)
    least = int(np.argmin(expected))
    where = f"on layer {least}" if least else "in the embeddings"
    assert f"lowest {where} ({expected[least]:.2f})" in agreement([a, mixed]).sentence


def test_networks_of_other_depths_are_compared_on_their_last_layers() -> None:
    deep = random(1)
    shallow = made_up(*deep.states[[0, 2]].tolist(), labels="".join(deep.labels))
    found = agreement([deep, shallow])
    assert found.sentence.startswith("They have 2 and 1 layers. The similarity of the last ones is 1.00")


def test_other_tokens_or_too_few_are_not_compared() -> None:
    other = made_up(*random(1).states.tolist(), labels="[bacdefghij]")
    assert agreement([random(1), other]).share is None
    assert "tokens are not the same" in agreement([random(1), other]).sentence
    assert (
        agreement([random(1, 3), random(2, 3)]).sentence
        == "Layers can be compared on 4 tokens or more; this text has 3."
    )


def test_of_two_texts_the_token_that_differs_most_is_told() -> None:
    before = made_up([RIGHT] * 4, [RIGHT, RIGHT, UP, RIGHT], labels="[ab]")
    after = made_up([RIGHT] * 5, [LEFT, UP, RIGHT, UP, LEFT], labels="[cab]")
    assert change(before, after).sentence == "On the last layer, every token that both texts have keeps its vector."
    turned = made_up([RIGHT] * 5, [LEFT, UP, UP, UP, LEFT], labels="[cab]")
    assert "“a” differs most: the cosine of its two vectors on the last layer is 0.00 (0.50" in (
        change(before, turned).sentence
    )
    assert "no token in common" in change(before, made_up([RIGHT] * 4, [RIGHT] * 4, labels="[xy]")).sentence


def test_an_untrained_network_has_the_same_shape_and_always_the_same_weights(
    float32_engine: LocalEngine,
) -> None:
    """Trained and untrained rows of many lengths in one batch."""
    requests = [HiddenStatesRequest(*pair, untrained=untrained) for pair in PAIRS for untrained in (False, True)]
    results = ask(float32_engine, "mini-distilbert", *requests)
    (again,) = ask(float32_engine, "mini-distilbert", HiddenStatesRequest(f"{PAIRS[0][0]} ", untrained=True))
    np.testing.assert_allclose(again.states, results[1].states, atol=1e-5)
    for trained, untrained in zip(results[::2], results[1::2], strict=True):
        assert trained.states.shape == untrained.states.shape
        assert trained.tokens == untrained.tokens
        assert not np.allclose(trained.states, untrained.states, atol=0.1)
    alone = ask(float32_engine, "mini-distilbert", HiddenStatesRequest(f"{PAIRS[0][0]}\n"))[0]
    np.testing.assert_allclose(alone.states, results[0].states, atol=1e-4)


@pytest.mark.parametrize("checkpoint", ["minilm", "mini-roberta", "mini-deberta", "mini-distilbert", "mini-electra"])
def test_neurons_are_those_of_a_forward_pass(float32_engine: LocalEngine, checkpoint: str) -> None:
    """Neurons of several layers and vectors of many lengths in one batch; beside them what was checked by hand."""
    texts = ("The cat sat on the mat.", "It rained.")
    asked = [HiddenStatesRequest(text, neurons=layer) for text in texts for layer in (1, 2, 0)]
    results = iter(ask(float32_engine, checkpoint, *asked))
    for text in texts:
        for layer in (1, 2):
            (passed,) = float32_engine.run("forward-pass", checkpoint, [ForwardPassRequest(text, layer=layer)])
            assert isinstance(passed, ForwardPassResult)
            np.testing.assert_allclose(next(results).states[0], passed.step("neurons").values, atol=1e-4)
        assert len(next(results).states) > 2


def test_neurons_of_a_layer_that_there_is_not_are_refused(float32_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match=r"There is no layer 7. This model has 6, counted from 1."):
        ask(float32_engine, "minilm", HiddenStatesRequest("A cat.", neurons=7))
    with pytest.raises(InputError, match="not pooled"):
        ask(float32_engine, "minilm", HiddenStatesRequest("A cat.", poolings=("max",), neurons=1))
