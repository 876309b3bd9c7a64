"""The fused layers against the plain ones they replace."""

import copy
from collections.abc import Iterator

import pytest
import torch
from transformers import (
    BertConfig,
    BertModel,
    DebertaV2Config,
    DebertaV2Model,
    DistilBertConfig,
    DistilBertModel,
    PreTrainedConfig,
    PreTrainedModel,
    RobertaConfig,
    RobertaModel,
)

from core.models import fused
from core.models.fused import FusedEncoder, fuse, is_fused

SMALL = {"hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 96, "vocab_size": 99}
SMALL_DISTILBERT = {"dim": 48, "n_layers": 2, "n_heads": 4, "hidden_dim": 96, "vocab_size": 99}
pytestmark = pytest.mark.skipif(not fused.ONEDNN, reason="torch was built without oneDNN")


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    with torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(0)
        yield


def batch(*lengths: int) -> dict[str, torch.Tensor]:
    """Rows of random ids of these lengths, padded on the right."""
    mask = (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()
    return {"input_ids": torch.randint(5, 99, mask.shape) * mask, "attention_mask": mask}


@pytest.mark.parametrize(
    "family",
    [
        (BertModel, BertConfig, SMALL),
        (RobertaModel, RobertaConfig, SMALL),
        (DistilBertModel, DistilBertConfig, SMALL_DISTILBERT),
    ],
    ids=["bert", "roberta", "distilbert"],
)
@pytest.mark.parametrize("lengths", [(1,), (7,), (5, 5, 5), (9, 1, 4, 9, 2, 4, 64), (64, 64, 3)])
def test_it_computes_what_the_plain_layers_do(
    family: tuple[type[PreTrainedModel], type[PreTrainedConfig], dict[str, int]], lengths: tuple[int, ...]
) -> None:
    model_class, config_class, sizes = family
    plain = model_class(config_class(**sizes, initializer_range=0.3)).eval()
    quick = copy.deepcopy(plain)
    fuse(quick)
    assert is_fused(quick)
    inputs = batch(*lengths)
    real = inputs["attention_mask"].bool()
    wanted, got = plain(**inputs), quick(**inputs)
    assert wanted.keys() == got.keys()
    torch.testing.assert_close(got.last_hidden_state[real], wanted.last_hidden_state[real], atol=1e-5, rtol=1e-4)
    if "pooler_output" in wanted:
        torch.testing.assert_close(got.pooler_output, wanted.pooler_output, atol=1e-5, rtol=1e-4)


def test_a_processor_without_products_of_bfloat16_computes_them_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "BFLOAT16_PRODUCTS", False)
    plain = BertModel(BertConfig(**SMALL, initializer_range=0.3)).eval().bfloat16()
    quick = copy.deepcopy(plain)
    fuse(quick)
    inputs = batch(9, 2)
    real = inputs["attention_mask"].bool()
    wanted, got = plain(**inputs).last_hidden_state[real], quick(**inputs).last_hidden_state[real]
    torch.testing.assert_close(got, wanted, atol=0.1, rtol=0.05)


def test_padding_comes_back_as_zeros() -> None:
    model = BertModel(BertConfig(**SMALL)).eval()
    fuse(model)
    assert not model(**batch(9, 2)).last_hidden_state[1, 2:].any()


def test_the_last_layer_computes_only_what_is_read() -> None:
    model = BertModel(BertConfig(**SMALL, initializer_range=0.3)).eval()
    fuse(model)
    inputs = batch(9, 2, 9)
    read = torch.zeros_like(inputs["input_ids"], dtype=torch.bool)
    read[0, 4] = read[0, 8] = read[1, 0] = True
    whole = model(**inputs).last_hidden_state
    got = model(**inputs, read=read).last_hidden_state
    torch.testing.assert_close(got[read], whole[read], atol=1e-5, rtol=1e-4)
    assert not got[~read].any()


def test_memory_does_not_grow_and_weights_are_shared() -> None:
    model = BertModel(BertConfig(**SMALL)).eval()
    held = sum(p.numel() for p in model.parameters())
    query = model.encoder.layer[0].attention.self.query
    before = query.weight.clone()
    fuse(model)
    assert sum(p.numel() for p in model.parameters()) == held
    assert torch.equal(query.weight, before)
    joined = model.encoder.layer[0].projection.weight
    assert query.weight.untyped_storage().data_ptr() == joined.untyped_storage().data_ptr()


@pytest.mark.parametrize(
    "model",
    [
        lambda: BertModel(BertConfig(**SMALL, hidden_act="relu")),
        lambda: BertModel(BertConfig(**SMALL, hidden_act="gelu_new")),
        lambda: BertModel(BertConfig(**SMALL, is_decoder=True)),
        lambda: DistilBertModel(DistilBertConfig(**SMALL_DISTILBERT, activation="relu")),
        lambda: DebertaV2Model(DebertaV2Config(**SMALL)),
    ],
    ids=["relu", "gelu_new", "decoder", "distilbert with relu", "deberta-v2"],
)
def test_other_shapes_are_left_alone(model: type[BertModel]) -> None:
    built = model().eval()
    fuse(built)
    assert not any(isinstance(module, FusedEncoder) for module in built.modules())
