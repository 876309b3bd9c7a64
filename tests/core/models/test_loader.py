import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForMaskedLM, AutoTokenizer, BertForMaskedLM, BertModel

from core.checkpoints.catalog import Catalog, Checkpoint, load_catalog
from core.errors import ModelLoadError
from core.models.architecture import AUTO_CLASSES
from core.models.loader import Loader, plain_view
from core.models.model import LoadedModel, ModelKey
from core.runtime.local import LocalEngine

NewAdapter = Callable[..., Checkpoint]
NewRow = Callable[..., Checkpoint]

BUNDLED = [row for row in load_catalog() if row.source == "bundled"]
ON_MINILM = [row for row in BUNDLED if row.base == "minilm"]
HEADS = ("masked-lm", "token-classification", "question-answering", "sequence-classification")
TEXTS = ["The cat sat on the [MASK].", "A short one.", "Anna met Tim in Oslo, where nobody [MASK] of them. " * 3]


def key(row: Checkpoint, dtype: torch.dtype = torch.float32) -> ModelKey:
    return ModelKey(row.id, row.revision, row.head, dtype, torch.device("cpu"))


def outputs(model: Any, batch: Any) -> torch.Tensor:
    """The logits of a model with any head, padding left out."""
    with torch.inference_mode():
        found = model(**batch)
    parts = [found[name] for name in ("start_logits", "end_logits") if name in found]
    scores = torch.stack(parts, -1) if parts else found.get("prediction_logits", found.get("logits"))
    mask = batch["attention_mask"].bool()
    return scores[mask] if scores.shape[:2] == mask.shape else scores


def plain_adapted(row: Checkpoint, base: Path, auto_class: Any) -> PeftModel:
    """The adapter beside the weights, as peft loads it."""
    model = auto_class.from_pretrained(base, config=AutoConfig.from_pretrained(row.location))
    return PeftModel.from_pretrained(model, row.location).eval()


@pytest.fixture
def loader(tiny_catalog: Catalog) -> Callable[..., Loader]:
    """A loader of the tiny checkpoints and of the given rows."""
    return lambda *rows: Loader(Catalog([*tiny_catalog, *rows]))


@contextmanager
def leased(engine: LocalEngine, ids: list[str]) -> Iterator[list[LoadedModel]]:
    """Several models at once."""
    with ExitStack() as stack:
        yield [stack.enter_context(engine.lease(id)) for id in ids]


@pytest.mark.parametrize("row", BUNDLED, ids=lambda row: row.id)
def test_merged_adapters_compute_what_unmerged_ones_do(
    row: Checkpoint, float32_engine: LocalEngine, reference: Callable[[Checkpoint], tuple[Any, Any]]
) -> None:
    plain, tokenizer = reference(row)
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    with float32_engine.lease(row.id) as merged:
        got = outputs(merged.model, batch)
    torch.testing.assert_close(got, outputs(plain, batch), atol=2e-4, rtol=1e-4)


@pytest.mark.parametrize("head", HEADS)
def test_merging_keeps_the_outputs_of_any_adapter(
    head: str, new_adapter: NewAdapter, loader: Callable[..., Loader]
) -> None:
    row = new_adapter(head, alpha_pattern={"decoder": 4}, rank_pattern={"decoder": 4})
    loaded = loader(row)
    batch = AutoTokenizer.from_pretrained(loaded.folder(row, base=True))(TEXTS, padding=True, return_tensors="pt")
    plain = plain_adapted(row, loaded.folder(row, base=True), AUTO_CLASSES[head])
    got = outputs(loaded.load(key(row)).model, batch)
    torch.testing.assert_close(got, outputs(plain, batch), atol=1e-3, rtol=1e-3)


def test_a_decoder_whose_scaling_is_not_one_keeps_its_outputs(
    new_adapter: NewAdapter, loader: Callable[..., Loader]
) -> None:
    row = new_adapter("masked-lm", alpha_pattern={"decoder": 12}, rank_pattern={"decoder": 4})
    loaded = loader(row)
    batch = AutoTokenizer.from_pretrained(loaded.folder(row, base=True))(TEXTS, padding=True, return_tensors="pt")
    plain = plain_adapted(row, loaded.folder(row, base=True), AutoModelForMaskedLM)
    got = outputs(loaded.load(key(row)).model, batch)
    torch.testing.assert_close(got, outputs(plain, batch), atol=1e-3, rtol=1e-3)


def test_adapters_on_one_base_share_one_word_embedding(engine: LocalEngine) -> None:
    with leased(engine, [row.id for row in ON_MINILM] + ["minilm"]) as models:
        storages = {m.model.get_input_embeddings().weight.untyped_storage().data_ptr() for m in models}
        assert len(storages) == 1
        views = {m.plain_encoder.get_input_embeddings().weight.untyped_storage().data_ptr() for m in models}
        assert views <= storages


def test_the_decoder_of_fill_mask_is_the_shared_embedding(engine: LocalEngine) -> None:
    with engine.lease("minilm-fill-mask-short") as loaded:
        decoder = loaded.model.cls.predictions.decoder
        assert decoder.weight is loaded.model.get_input_embeddings().weight


def test_all_adapters_on_minilm_take_at_most_three_times_the_encoder(engine: LocalEngine) -> None:
    with leased(engine, ["minilm"]) as (encoder,):
        alone = sum(encoder.storages().values())
    with leased(engine, [row.id for row in ON_MINILM if not row.earlier_of]) as models:
        assert len(models) == 4
        together = {address: size for model in models for address, size in model.storages().items()}
    assert sum(together.values()) <= 3 * alone


@pytest.mark.parametrize("row", load_catalog(), ids=lambda row: row.id)
def test_sizes_from_file_headers_match_what_is_loaded(row: Checkpoint, float32_engine: LocalEngine) -> None:
    with float32_engine.lease(row.id) as loaded:
        held = sum(loaded.storages().values())
    expected = float32_engine.loader.parameters(row) * 4
    assert held == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_weights_have_the_format_of_the_key_and_are_frozen(
    dtype: torch.dtype, new_adapter: NewAdapter, loader: Callable[..., Loader]
) -> None:
    row = new_adapter("masked-lm")
    loaded = loader(row).load(key(row, dtype))
    assert {p.dtype for p in loaded.model.parameters()} == {dtype}
    assert not any(p.requires_grad for p in loaded.model.parameters())
    assert not loaded.model.training
    assert not any("lora" in type(module).__module__ for module in loaded.model.modules())


@pytest.mark.parametrize(("head", "weight"), [("masked-lm", "cls.predictions"), ("token-classification", "classifier")])
def test_a_package_without_the_head_is_refused(
    head: str, weight: str, new_row: NewRow, loader: Callable[..., Loader]
) -> None:
    row = new_row("headless", head, location="tiny_encoder")
    with pytest.raises(ModelLoadError) as caught:
        loader(row).load(key(row))
    assert "“headless” lacks trained weights for its head" in caught.value.message
    assert weight in caught.value.message
    assert "random" in caught.value.message


@pytest.mark.parametrize("head", ["token-classification", "question-answering", "sequence-classification"])
def test_an_adapter_without_the_head_is_refused(
    head: str, new_adapter: NewAdapter, loader: Callable[..., Loader]
) -> None:
    row = new_adapter(head, trained=[])
    with pytest.raises(ModelLoadError, match="lacks trained weights for its head"):
        loader(row).load(key(row))


def test_an_adapter_whose_file_lost_the_head_is_refused(new_adapter: NewAdapter, loader: Callable[..., Loader]) -> None:
    row = new_adapter("question-answering")
    file = Path(row.location) / "adapter_model.safetensors"
    save_file({name: t for name, t in load_file(file).items() if "qa_outputs" not in name}, file)
    with pytest.raises(ModelLoadError, match=r"qa_outputs\.weight"):
        loader(row).load(key(row))


def broken_adapter(row: Checkpoint, file: str, contents: bytes | None) -> Checkpoint:
    """A copy of the adapter in which one file is missing or says something else."""
    folder = Path(row.location).with_name(f"broken-{file}-{len(contents or b'')}")
    shutil.copytree(row.location, folder, dirs_exist_ok=True)
    (folder / file).unlink()
    if contents is not None:
        (folder / file).write_bytes(contents)
    return replace(row, id="broken", location=str(folder))


@pytest.mark.parametrize("file", ["config.json", "adapter_config.json", "adapter_model.safetensors"])
@pytest.mark.parametrize("contents", [None, b"", b"{", b"\x00" * 64, b"[]"], ids=repr)
def test_a_broken_file_is_told_by_checkpoint(
    file: str, contents: bytes | None, new_adapter: NewAdapter, tiny_catalog: Catalog, tiny_engine: LocalEngine
) -> None:
    row = broken_adapter(new_adapter("token-classification"), file, contents)
    engine = LocalEngine(tiny_engine.settings, Catalog([*tiny_catalog, row]))
    with pytest.raises(ModelLoadError, match="“broken”") as caught:
        engine.load("broken")
    assert caught.value.hint
    engine.load("tiny_encoder")  # the others are none the worse for it
    assert {status.id for status in engine.status().checkpoints if status.loaded} == {"tiny_encoder"}


def test_an_adapter_for_another_shape_is_told_by_checkpoint(
    new_adapter: NewAdapter, loader: Callable[..., Loader]
) -> None:
    row = new_adapter("token-classification")
    file = Path(row.location) / "adapter_model.safetensors"
    save_file({name: t[..., :3].contiguous() for name, t in load_file(file).items()}, file)
    with pytest.raises(ModelLoadError, match=row.id):
        loader(row).load(key(row))


def test_a_package_that_is_not_installed_is_named(new_row: NewRow, loader: Callable[..., Loader]) -> None:
    row = new_row("absent", "encoder", location="no_such_package")
    with pytest.raises(ModelLoadError, match="no_such_package is not installed"):
        loader(row).load(key(row))


def test_pytorch_pickles_are_not_read(new_row: NewRow, loader: Callable[..., Loader], tmp_path: Path) -> None:
    row = new_row("pickle", "encoder", source="bundled", location=str(tmp_path))
    config = {"model_type": "bert", "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    (tmp_path / "config.json").write_text(json.dumps(config))
    torch.save(BertModel(AutoConfig.from_pretrained(tmp_path)).state_dict(), tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelLoadError):
        loader(row).load(key(row))


def test_the_plain_view_shares_every_weight(tiny_catalog: Catalog) -> None:
    loaded = Loader(tiny_catalog).load(key(tiny_catalog["tiny_encoder"]))
    held = set(loaded.storages())
    for view in (loaded.plain, plain_view(loaded.plain)):
        assert {p.untyped_storage().data_ptr() for p in view.parameters()} <= held


@pytest.mark.parametrize("checkpoint", ["tiny_encoder", "tiny_masked_lm"])
def test_a_fresh_model_shares_no_weight_and_can_be_trained(tiny_catalog: Catalog, checkpoint: str) -> None:
    loader, row = Loader(tiny_catalog), tiny_catalog[checkpoint]
    loaded, fresh = loader.load(key(row)), loader.fresh(row)
    assert not {p.untyped_storage().data_ptr() for p in fresh.parameters()} & set(loaded.storages())
    batch = {"input_ids": torch.tensor([[1, 5, 2]])}
    before = loaded.plain(**batch)[0].clone()
    torch.testing.assert_close(fresh(**batch)[0], before)
    fresh(**batch)[0].pow(2).mean().backward()
    torch.optim.SGD(fresh.parameters(), 1.0).step()
    assert not torch.allclose(fresh(**batch)[0], before, atol=1e-3)
    torch.testing.assert_close(loaded.plain(**batch)[0], before, rtol=0, atol=0)


def test_a_fresh_model_of_an_adapter_answers_as_it_does(new_adapter: NewAdapter, loader: Callable[..., Loader]) -> None:
    row = new_adapter("token-classification")
    one = loader(row)
    batch = {"input_ids": torch.tensor([[1, 5, 2]])}
    with torch.inference_mode():
        torch.testing.assert_close(one.fresh(row)(**batch)[0], one.load(key(row)).plain(**batch)[0])


def test_a_fresh_model_of_an_adapter_on_the_decoder_is_one_that_transformers_loads(
    new_adapter: NewAdapter, loader: Callable[..., Loader], tmp_path: Path
) -> None:
    row = new_adapter("masked-lm")
    fresh = loader(row).fresh(row).eval()
    fresh.save_pretrained(tmp_path)
    again, info = BertForMaskedLM.from_pretrained(tmp_path, output_loading_info=True)
    assert not (info["missing_keys"] | info["unexpected_keys"])
    batch = {"input_ids": torch.tensor([[1, 5, 2]])}
    with torch.inference_mode():
        found = loader(row).load(key(row)).plain(**batch)[0]
        torch.testing.assert_close(fresh(**batch)[0], found, atol=1e-4, rtol=1e-3)
        torch.testing.assert_close(again(**batch)[0], found, atol=1e-4, rtol=1e-3)


def test_a_fresh_model_may_have_another_head(tiny_catalog: Catalog) -> None:
    row = tiny_catalog["tiny_masked_lm"]
    model = Loader(tiny_catalog).fresh(row, "sequence-classification", ("dull", "fine", "great"))
    assert model.config.id2label == {0: "dull", 1: "fine", 2: "great"}
    batch = {"input_ids": torch.tensor([[1, 5, 2]])}
    encoder = Loader(tiny_catalog).fresh(row).base_model
    torch.testing.assert_close(model.base_model(**batch).last_hidden_state, encoder(**batch).last_hidden_state)
    assert model(**batch).logits.shape == (1, 3)
