from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoTokenizer, PreTrainedModel

from core.models.architecture import AUTO_CLASSES, settle
from core.models.hooks import (
    capture,
    feed_forwards,
    head_joins,
    layers,
    replace_embeddings,
    silence,
    silence_feed_forwards,
    skip,
)
from core.models.model import LoadedModel
from core.runtime.local import LocalEngine
from tests.families import FAMILIES, save_tiny

TEXTS = ["Ada Lovelace met Charles Babbage in London.", "It rained."]
every_family = pytest.mark.parametrize("model_type", FAMILIES)


@pytest.fixture(autouse=True)
def without_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def load(model_type: str, folder: Path) -> tuple[PreTrainedModel, dict[str, torch.Tensor]]:
    save_tiny(model_type, "encoder", folder)
    config = settle(AutoConfig.from_pretrained(folder))
    model = AUTO_CLASSES["encoder"].from_pretrained(folder, config=config, attn_implementation="eager").eval()
    return model, dict(AutoTokenizer.from_pretrained(folder)(TEXTS, padding=True, return_tensors="pt"))


def last(model: PreTrainedModel, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    states: torch.Tensor = model(**inputs).last_hidden_state
    return states


@every_family
def test_a_silenced_head_is_a_head_without_its_columns(model_type: str, tmp_path: Path) -> None:
    model, inputs = load(model_type, tmp_path)
    silenced = torch.ones(2, 2, 4)  # (rows, layers, heads)
    silenced[0, 1, 2] = 0
    whole = last(model, inputs)
    with silence(model, silenced):
        found = last(model, inputs)
    torch.testing.assert_close(found[1], whole[1])
    if model_type != "albert":  # whose two layers are one
        without_columns(head_joins(model)[1], head=2, heads=4)
        torch.testing.assert_close(found[0], last(model, inputs)[0])
    assert not torch.allclose(found[0], whole[0], atol=1e-6)


def without_columns(join: Any, *, head: int, heads: int) -> None:
    size = join.weight.shape[1] // heads
    join.weight[:, head * size : (head + 1) * size] = 0


def test_nothing_stays_behind(tmp_path: Path) -> None:
    model, inputs = load("bert", tmp_path)
    whole = last(model, inputs)
    with pytest.raises(KeyboardInterrupt), silence(model, torch.zeros(2, 2, 4)), capture(layers(model)):
        raise KeyboardInterrupt
    torch.testing.assert_close(last(model, inputs), whole, rtol=0, atol=0)


def test_the_shared_layer_of_albert_is_silenced_in_its_turn(tmp_path: Path) -> None:
    model, inputs = load("albert", tmp_path)
    found = []
    for layer in range(2):
        kept = torch.ones(2, 2, 4)
        kept[:, layer] = 0
        with capture(head_joins(model)) as calls, silence(model, kept):
            last(model, inputs)
        found.append([bool(call.arguments[0].any()) for call in calls])
    assert found == [[False, True], [True, False]]


@pytest.mark.parametrize("model_type", [one for one in FAMILIES if one != "squeezebert"])  # calls no layer as a module
def test_captured_layers_are_the_hidden_states(model_type: str, tmp_path: Path) -> None:
    model, inputs = load(model_type, tmp_path)
    found = layers(model)
    assert len(found) == 2
    with capture(found) as calls:
        states = model(**inputs, output_hidden_states=True).hidden_states
    first = calls[0].output[0] if isinstance(calls[0].output, tuple) else calls[0].output
    torch.testing.assert_close(first[:, : states[1].shape[1]], states[1])


@pytest.mark.parametrize("checkpoint", ["minilm-fill-mask", "mini-bert-nli", "mini-deberta", "mini-distilbert-ner"])
def test_the_plain_model_has_its_head_and_its_answers(checkpoint: str, float32_engine: LocalEngine) -> None:
    with float32_engine.lease(checkpoint) as loaded:
        inputs = {"input_ids": torch.tensor([[101, 2023, 102]]), "attention_mask": torch.ones(1, 3).long()}
        fused, plain = (model(**inputs)[0] for model in (loaded.model, loaded.plain))
        torch.testing.assert_close(plain, fused, atol=1e-4, rtol=1e-4)
        with silence(loaded.plain, torch.zeros(1, *heads(loaded))):
            assert not torch.allclose(loaded.plain(**inputs)[0], plain, atol=1e-3)
            torch.testing.assert_close(loaded.model(**inputs)[0], fused, rtol=0, atol=0)


def heads(loaded: LoadedModel) -> tuple[int, int]:
    return loaded.config.num_hidden_layers, loaded.config.num_attention_heads


@every_family
def test_a_feed_forward_part_that_is_off_has_weights_of_zero(model_type: str, tmp_path: Path) -> None:
    model, inputs = load(model_type, tmp_path)
    kept = torch.ones(2, 2)  # (rows, layers)
    kept[0, 1] = 0
    whole = last(model, inputs)
    with silence_feed_forwards(model, kept):
        found = last(model, inputs)
    torch.testing.assert_close(found[1], whole[1])
    assert not torch.allclose(found[0], whole[0], atol=1e-6)
    if model_type != "albert":  # whose two layers are one
        part: Any = feed_forwards(model)[1]
        part.weight.zero_()
        if part.bias is not None:
            part.bias.zero_()
        torch.testing.assert_close(found[0], last(model, inputs)[0])


@every_family
def test_a_layer_that_is_skipped_gives_what_it_got(model_type: str, tmp_path: Path) -> None:
    model, inputs = load(model_type, tmp_path)
    kept = torch.ones(2, 2)
    kept[0, 1] = 0
    whole, states = last(model, inputs), model(**inputs, output_hidden_states=True).hidden_states
    with skip(model, kept):
        found = last(model, inputs)
    torch.testing.assert_close(found[1], whole[1])
    if model_type != "modernbert":  # which norms its last states once more
        tokens = found.shape[1]
        torch.testing.assert_close(found[0], states[1][0, :tokens], atol=1e-5, rtol=1e-5)
    assert not torch.allclose(found[0], whole[0], atol=1e-6)


@every_family
def test_replaced_embeddings_get_the_positions_of_their_ids(model_type: str, tmp_path: Path) -> None:
    model, inputs = load(model_type, tmp_path)
    whole, table = last(model, inputs), model.get_input_embeddings()
    words = table(inputs["input_ids"])
    with replace_embeddings(model, words):
        torch.testing.assert_close(last(model, inputs), whole)
    with replace_embeddings(model, words.flip(1)):
        assert not torch.allclose(last(model, inputs), whole, atol=1e-4)
