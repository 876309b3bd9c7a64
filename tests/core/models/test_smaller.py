"""Smaller versions of a network (smaller.py), their heads by importance (head_importance.py), early exits."""

from typing import Any

import pytest
import torch

from core.checkpoints.catalog import load_catalog
from core.errors import InputError
from core.models.early_exit import EarlyExit, exit_heads
from core.models.head_importance import least_important_first, to_remove
from core.models.hooks import silence
from core.models.loader import Loader
from core.models.smaller import head_counts, in_int8, stored_bytes, without_heads, without_upper_layers

TEXTS = ["The film was a wonderful surprise.", "A dull and endless evening, all in all.", "It was fine."]


@pytest.fixture(scope="module", params=["mini-bert-sentiment", "mini-deberta-sentiment", "mini-distilbert-ner"])
def network(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """A model and the inputs of three texts."""
    loader, row = Loader(load_catalog()), load_catalog()[request.param]
    model = loader.fresh(row)
    model.eval().requires_grad_(False)
    return model, dict(loader.tokenizer(row)[1](TEXTS, return_tensors="pt", padding=True))


def test_a_head_that_is_removed_is_a_head_that_is_silent(network: tuple[Any, Any]) -> None:
    model, inputs = network
    heads = head_counts(model)
    kept = torch.ones(3, len(heads), max(heads))
    gone = {(0, 0), (0, 2), (1, 1)}
    for layer, head in gone:
        kept[:, layer, head] = 0
    with torch.inference_mode():
        with silence(model, kept):
            silent = model(**inputs).logits
        smaller = without_heads(model, gone)
        torch.testing.assert_close(smaller(**inputs).logits, silent, atol=1e-4, rtol=1e-4)
        assert not torch.allclose(model(**inputs).logits, silent, atol=1e-3)
    assert head_counts(smaller)[:2] == [heads[0] - 2, heads[1] - 1]
    assert stored_bytes(smaller) < stored_bytes(model)


def test_upper_layers_are_dropped_and_the_model_is_left_as_it_is(network: tuple[Any, Any]) -> None:
    model, inputs = network
    count = model.config.num_hidden_layers
    smaller = without_upper_layers(model, 1)
    with torch.inference_mode():
        assert len(smaller(**inputs, output_hidden_states=True).hidden_states) == count
        below = model(**inputs, output_hidden_states=True).hidden_states[count - 1]
        torch.testing.assert_close(smaller.base_model(**inputs).last_hidden_state, below)
    assert model.config.num_hidden_layers == count
    with pytest.raises(InputError, match=f"The model has {count} layers; without {count} of them none"):
        without_upper_layers(model, count)


def test_int8_is_a_quarter_of_the_size_and_says_nearly_the_same(network: tuple[Any, Any]) -> None:
    model, inputs = network
    smaller = in_int8(model)
    with torch.inference_mode():
        torch.testing.assert_close(smaller(**inputs).logits, model(**inputs).logits, atol=0.7, rtol=0.3)
    assert stored_bytes(smaller) < 0.32 * stored_bytes(model)


def test_importance_orders_all_heads_and_each_layer_keeps_one(network: tuple[Any, Any]) -> None:
    model, inputs = network
    tokens = model.config.num_labels > 2
    labels = inputs["input_ids"] * 0 if tokens else torch.tensor([1, 0, 1])
    order = least_important_first(model, [(inputs, labels)])
    heads = head_counts(model)
    assert sorted(order) == [(layer, head) for layer, count in enumerate(heads) for head in range(count)]
    assert len(to_remove(order, heads, 0.5)) == sum(heads) // 2
    gone = to_remove(order, heads, 0.99)
    assert all(sum(layer == n for layer, _ in gone) == count - 1 for n, count in enumerate(heads))


def test_an_exit_is_taken_when_it_is_sure_and_never_above_certainty(network: tuple[Any, Any]) -> None:
    model, inputs = network
    tokens = model.config.num_labels > 2
    exits = exit_heads(model, [inputs], tokens=tokens)
    assert len(exits) == model.config.num_hidden_layers - 1
    with torch.inference_mode():
        whole = model(**inputs).logits
        never = EarlyExit(model, exits, 1.01, tokens=tokens)
        torch.testing.assert_close(never(**inputs), whole)
        assert never.layers_used == model.config.num_hidden_layers
        at_once = EarlyExit(model, exits, 0.0, tokens=tokens)
        assert at_once(**inputs).shape == whole.shape
        assert at_once.layers_used == 1
        torch.testing.assert_close(model(**inputs).logits, whole)  # no hook is left behind
