"""Matrices in blocks of rows: what is written, what is read again, and that the engine's loader takes such a folder."""

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertForMaskedLM, ElectraConfig, ElectraForPreTraining

from core.models.row_blocks import has_blocks, load_blocks, read_blocks, write_blocks

LIMIT = 2000  # bytes


@pytest.fixture
def weights():
    torch.manual_seed(1)
    return {"small": torch.randn(10), "large": torch.randn(140, 10).half(), "scalar": torch.tensor(2.0)}


def test_what_is_written_is_read_again_and_no_file_holds_more_than_allowed(weights, tmp_path):
    files = write_blocks(weights, tmp_path, most_bytes=LIMIT)
    assert len(files) == 3
    assert all(sum(w.nbytes for w in load_file(file).values()) <= LIMIT for file in files)
    found = read_blocks(tmp_path)
    assert found.keys() == weights.keys()
    assert all(torch.equal(found[name], weights[name]) and found[name].dtype == weights[name].dtype for name in weights)


def test_more_than_ten_blocks_keep_their_order(tmp_path):
    rows = torch.arange(300.0).reshape(30, 10)
    write_blocks({"rows": rows}, tmp_path, most_bytes=80)
    assert torch.equal(read_blocks(tmp_path)["rows"], rows)


def test_only_a_folder_with_divided_matrices_has_blocks(weights, tmp_path):
    assert not has_blocks(tmp_path)
    write_blocks(weights, tmp_path / "whole", most_bytes=10_000)
    write_blocks(weights, tmp_path / "parts", most_bytes=LIMIT)
    assert not has_blocks(tmp_path / "whole")
    assert has_blocks(tmp_path / "parts")


def test_a_model_gets_its_weights_and_names_those_that_are_missing(tmp_path):
    config = BertConfig(vocab_size=90, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    made, other = BertForMaskedLM(config), BertForMaskedLM(config)
    halves = {name: weight.detach().half() for name, weight in made.named_parameters()}
    write_blocks(halves, tmp_path / "all", most_bytes=LIMIT)
    assert load_blocks(other, tmp_path / "all") == set()
    assert other.cls.predictions.decoder.weight is other.bert.embeddings.word_embeddings.weight
    for name, weight in other.named_parameters():
        torch.testing.assert_close(weight, halves[name].float(), atol=0, rtol=0)
    del halves["cls.predictions.transform.dense.weight"]
    write_blocks(halves, tmp_path / "some", most_bytes=LIMIT)
    assert load_blocks(BertForMaskedLM(config), tmp_path / "some") == {"cls.predictions.transform.dense.weight"}


def test_an_encoder_is_found_under_another_familys_name(tmp_path):
    shape = {"vocab_size": 90, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    made = BertForMaskedLM(BertConfig(**shape, intermediate_size=32))
    write_blocks({name: w.detach() for name, w in made.named_parameters()}, tmp_path, most_bytes=LIMIT)
    other = ElectraForPreTraining(ElectraConfig(**shape, embedding_size=32, intermediate_size=32))
    assert load_blocks(other, tmp_path) == {name for name, _ in other.named_parameters() if "discriminator" in name}
    for name, weight in made.bert.named_parameters():
        assert torch.equal(other.electra.get_parameter(name), weight)
