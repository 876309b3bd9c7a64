"""DeBERTa's enhanced mask decoder: shapes, padding, absolute positions, and what is saved comes back."""

import json

import pytest
import torch
from transformers import AutoConfig, AutoTokenizer, DebertaV2Config, DebertaV2ForMaskedLM

from core.checkpoints.catalog import Catalog
from core.models.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks.fill_mask.schema import FillMaskRequest
from tests.core.conftest import checkpoint_row
from tests.families import save_tiny

CONFIG = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 24,
    "type_vocab_size": 0,
    "relative_attention": True,
    "pos_att_type": ["c2p", "p2c"],
    "share_att_key": True,
    "position_biased_input": False,
    "position_buckets": 4,
    "norm_rel_ebd": "layer_norm",
    "legacy": False,
    "enhanced_mask_decoder": True,
    "initializer_range": 0.5,
}
IDS = torch.tensor([[5, 9, 7, 9, 11, 6], [8, 8, 20, 31, 12, 6]])


@pytest.fixture
def model():
    torch.manual_seed(3)
    return DebertaV2ForEnhancedMaskedLM(DebertaV2Config(**CONFIG)).eval()


@torch.no_grad()
def test_logits_are_those_of_the_decoded_states(model):
    hidden = model.decode(IDS)
    assert hidden.shape == (2, 6, 16)
    logits = model(IDS).logits
    assert logits.shape == (2, 6, 50)
    torch.testing.assert_close(model.predict(hidden[:, 2]), logits[:, 2])


@torch.no_grad()
def test_a_padded_row_gives_what_it_gives_alone(model):
    padded = torch.nn.functional.pad(IDS, (0, 4))
    mask = torch.nn.functional.pad(torch.ones_like(IDS), (0, 4))
    torch.testing.assert_close(model(padded, attention_mask=mask).logits[:, :6], model(IDS).logits)


@torch.no_grad()
def test_absolute_positions_matter_to_the_decoder_but_not_to_the_encoder(model):
    before, encoded = model.decode(IDS), model.deberta(IDS).last_hidden_state
    weight = model.enhanced_mask_decoder.position_embeddings.weight
    weight.copy_(weight.roll(1, 0))
    assert not torch.allclose(model.decode(IDS), before, atol=1e-3)
    torch.testing.assert_close(model.deberta(IDS).last_hidden_state, encoded)


@torch.no_grad()
def test_the_second_step_asks_with_the_answers_of_the_first(model):
    encoder, mask = model.deberta.encoder, torch.ones_like(IDS)
    states = model.deberta(IDS, output_hidden_states=True).hidden_states[-2]
    shared = {"relative_pos": encoder.get_rel_pos(states), "rel_embeddings": encoder.get_rel_embedding()}
    queries = states + model.enhanced_mask_decoder.position_embeddings.weight[:6]
    for _ in range(2):
        queries = encoder.layer[-1](states, encoder.get_attention_mask(mask), query_states=queries, **shared)[0]
    torch.testing.assert_close(model.decode(IDS), queries)


def test_it_answers_like_any_masked_language_model(model):
    output = model(IDS, labels=IDS, output_hidden_states=True, output_attentions=True)
    assert output.loss.ndim == 0
    assert len(output.hidden_states) == 4
    assert output.attentions[0].shape == (2, 2, 6, 6)
    torch.testing.assert_close(model(IDS, return_dict=False)[0], output.logits)


@torch.no_grad()
def test_nothing_is_missing_after_saving_and_loading(model, tmp_path):
    model.save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["enhanced_mask_decoder"] is True
    loaded, report = DebertaV2ForEnhancedMaskedLM.from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"] and not report["unexpected_keys"]
    torch.testing.assert_close(loaded.eval()(IDS).logits, model(IDS).logits)
    _, report = DebertaV2ForMaskedLM.from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"]


def test_the_engine_fills_masks_with_it(tmp_path):
    folder = save_tiny("deberta-v2", "masked-lm", tmp_path / "enhanced")
    config = AutoConfig.from_pretrained(folder)
    config.enhanced_mask_decoder = True
    with torch.random.fork_rng():
        torch.manual_seed(1)
        enhanced = DebertaV2ForEnhancedMaskedLM(config).eval()
    enhanced.save_pretrained(folder)
    row = checkpoint_row("enhanced", "masked-lm", source="local", location=str(folder))
    engine = LocalEngine(Settings(dtype="float32", cache_folder=tmp_path / "cache"), Catalog([row]))
    texts = ("The soup ___ better.", "A much longer text in which a word is ___ and nobody knows which.")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    for text, result in zip(texts, engine.run("fill-mask", "enhanced", [*map(FillMaskRequest, texts)]), strict=True):
        inputs = tokenizer(text.replace("___", tokenizer.mask_token), return_tensors="pt")
        place = inputs["input_ids"][0].tolist().index(tokenizer.mask_token_id)
        expected = enhanced(inputs["input_ids"], inputs["attention_mask"]).logits[0, place].softmax(-1)
        for fill in result.masks[0].fills:
            assert fill.score == pytest.approx(float(expected[fill.token_id]), abs=1e-4)
