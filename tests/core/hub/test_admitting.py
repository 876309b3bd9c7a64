"""From an id of the Hub to a checkpoint of the engine: what is refused before, and what is found out on the way."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, BertForPreTraining

from core.checkpoints.catalog import Catalog, Checkpoint
from core.checkpoints.known import known_checkpoints
from core.errors import CapacityError, ModelLoadError, TaskNotSupportedError
from core.hub.client import Hub
from core.hub.fetch import Fetch
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from tests.core.conftest import checkpoint_row
from tests.families import save_tiny, texts
from tests.loopback_hub import LoopbackHub, Repository
from tests.working import result_of

MakeEngine = Callable[..., LocalEngine]


@pytest.fixture
def make_engine(loopback: LoopbackHub, tmp_path: Path) -> MakeEngine:
    """An engine with nothing but what it fetches from the loopback hub; options are settings."""

    def make(**settings: Any) -> LocalEngine:
        engine = LocalEngine(Settings(dtype="float32", cache_folder=tmp_path / "cache", **settings), Catalog([]))
        engine.library.hub = Hub(engine.library.hub.folder, loopback.endpoint)
        return engine

    return make


def fetch(engine: LocalEngine, id: str) -> Checkpoint:
    """The row of the fetched checkpoint; raises what went wrong."""
    row: Checkpoint = result_of(Fetch(engine.library.read_offer(id)), engine)
    return row


def test_a_head_that_was_not_in_the_weights_is_dropped(
    loopback: LoopbackHub, make_engine: MakeEngine, tmp_path: Path
) -> None:
    folder = save_tiny("bert", "masked-lm", tmp_path / "headless")
    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("cls.")}
    save_file(kept, folder / "model.safetensors", {"format": "pt"})
    loopback.repositories["tiny/headless"] = Repository(folder)
    engine = make_engine()
    row = fetch(engine, "tiny/headless")
    assert row.head == "encoder"
    assert "its answers would be random" in row.note
    with pytest.raises(TaskNotSupportedError):
        engine.run("fill-mask", "tiny/headless", [FillMaskRequest("A ___.")])
    assert engine.run("feature-extraction", "tiny/headless", [FeatureExtractionRequest("A cat.")])
    assert make_engine().catalog["tiny/headless"].head == "encoder", "it is known after a restart"


@pytest.mark.parametrize("lost", ["", "cls.seq_relationship.weight", "bert.pooler.dense.weight"])
def test_the_head_for_the_next_sentence_is_kept_where_it_is_whole(
    loopback: LoopbackHub, make_engine: MakeEngine, tmp_path: Path, lost: str
) -> None:
    folder = save_tiny("bert", "masked-lm", tmp_path / "both")  # its configuration names this head alone, like BERT's
    both = BertForPreTraining(AutoConfig.from_pretrained(folder)).state_dict()
    weights = {name: tensor.clone() for name, tensor in both.items() if name != lost and ".decoder." not in name}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    loopback.repositories["tiny/both"] = Repository(folder)
    engine = make_engine()
    row = fetch(engine, "tiny/both")
    assert ("next-sentence" in row.trained, row.head) == (not lost, "masked-lm")
    assert engine.run("fill-mask", row.id, [FillMaskRequest("The soup is ___.")])
    again = make_engine()
    assert again.catalog[row.id].trained == row.trained, "it is known after a restart"
    assert engine.loader.parameters(row) == sum(
        tensor.numel() for name, tensor in weights.items() if not lost or not re.search("pooler|seq_relationship", name)
    )


def test_a_head_for_the_next_sentence_of_another_size_is_refused(
    loopback: LoopbackHub, make_engine: MakeEngine, tmp_path: Path
) -> None:
    folder = save_tiny("bert", "masked-lm", tmp_path / "odd")
    weights = dict(BertForPreTraining(AutoConfig.from_pretrained(folder)).state_dict())
    weights["cls.seq_relationship.weight"] = torch.zeros(3, 5)
    save_file({name: tensor.clone() for name, tensor in weights.items()}, folder / "model.safetensors")
    loopback.repositories["tiny/odd"] = Repository(folder)
    with pytest.raises(ModelLoadError, match="seq_relationship"):
        fetch(make_engine(), "tiny/odd")


def test_a_broken_checkpoint_leaves_no_row(loopback: LoopbackHub, make_engine: MakeEngine, tmp_path: Path) -> None:
    folder = save_tiny("bert", "masked-lm", tmp_path / "broken")
    (folder / "model.safetensors").write_bytes(b"nothing")
    loopback.repositories["tiny/broken"] = Repository(folder)
    engine = make_engine()
    with pytest.raises(ModelLoadError, match="incomplete or not a safetensors file"):
        fetch(engine, "tiny/broken")
    assert not list(engine.catalog)
    assert not list(engine.library.hub.folder.glob("*/*/*")), "it can be fetched anew"


def test_one_without_a_tokenizer(loopback: LoopbackHub, make_engine: MakeEngine, tmp_path: Path) -> None:
    folder = save_tiny("roberta", "masked-lm", tmp_path / "speechless")
    for file in folder.glob("*token*"):
        file.unlink()
    loopback.repositories["tiny/speechless"] = Repository(folder)
    with pytest.raises(ModelLoadError, match="“tiny/speechless” has no tokenizer"):
        make_engine().library.read_offer("tiny/speechless")


def test_one_that_would_not_fit_is_refused_before_it_is_fetched(
    loopback: LoopbackHub, make_engine: MakeEngine, tmp_path: Path
) -> None:
    repository = Repository(save_tiny("bert", "masked-lm", tmp_path / "big"))
    repository.announced["model.safetensors"] = 50_000_000_000
    loopback.repositories["tiny/big"] = repository
    with pytest.raises(CapacityError, match=r"needs 50,000 MB; 2,048 MB .* PLAYGROUND_MEMORY_MB"):
        make_engine().library.read_offer("tiny/big")


def test_the_operator_can_switch_the_hub_off(make_engine: MakeEngine) -> None:
    with pytest.raises(ModelLoadError, match="turned off"):
        make_engine(hub="off").library.read_offer("google-bert/bert-base-cased")


def test_visitors_can_be_kept_to_the_catalogue(loopback: LoopbackHub, make_engine: MakeEngine, tmp_path: Path) -> None:
    folder = save_tiny("bert", "masked-lm", tmp_path / "any")
    loopback.repositories |= {"tiny/any": Repository(folder), "google-bert/bert-base-cased": Repository(folder)}
    engine = make_engine(hub="catalog")
    with pytest.raises(ModelLoadError, match="Only models from the catalogue"):
        engine.library.read_offer("tiny/any")
    assert engine.library.read_offer("google-bert/bert-base-cased").head == "masked-lm"


def test_pytorch_files_of_the_catalogue_need_no_permission(
    loopback: LoopbackHub, make_engine: MakeEngine, tmp_path: Path
) -> None:
    folder = save_tiny("bert", "masked-lm", tmp_path / "old", safe=False)
    loopback.repositories |= {"tiny/old": Repository(folder), "emilyalsentzer/Bio_ClinicalBERT": Repository(folder)}
    with pytest.raises(ModelLoadError, match="PLAYGROUND_PYTORCH_FILES"):
        make_engine().library.read_offer("tiny/old")
    assert make_engine(pytorch_files=True).library.read_offer("tiny/old").weights == "pytorch"
    engine = make_engine()
    assert fetch(engine, "emilyalsentzer/Bio_ClinicalBERT").name == "ClinicalBERT"
    assert engine.run("fill-mask", "emilyalsentzer/Bio_ClinicalBERT", [FillMaskRequest("The ___ was clean.")])


def test_a_tokenizer_that_comes_as_a_sentencepiece_model(
    loopback: LoopbackHub, make_engine: MakeEngine, tmp_path: Path
) -> None:
    folder = save_tiny("deberta-v2", "encoder", tmp_path / "v3")
    for file in folder.glob("*token*"):
        file.unlink()
    marks = {"pad_id": 0, "bos_id": 1, "eos_id": 2, "unk_id": 3, "pad_piece": "[PAD]", "bos_piece": "[CLS]"}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts()),
        model_prefix=str(folder / "spm"),
        vocab_size=300,
        eos_piece="[SEP]",
        unk_piece="[UNK]",
        minloglevel=2,
        **marks,
    )
    loopback.repositories["microsoft/deberta-v3-small"] = Repository(folder)
    engine = make_engine()
    row = fetch(engine, "microsoft/deberta-v3-small")
    assert row.head == "encoder" and "no head that fills gaps" in row.note
    assert engine.run("feature-extraction", row.id, [FeatureExtractionRequest("The soup is hot.")])


def test_memory_is_given_back(loopback: LoopbackHub, make_engine: MakeEngine, tmp_path: Path) -> None:
    loopback.repositories["tiny/bert"] = Repository(save_tiny("bert", "encoder", tmp_path / "bert"))
    engine = make_engine()
    fetch(engine, "tiny/bert")
    assert engine.status().used_bytes > 0
    with engine.lease("tiny/bert"):
        assert not engine.unload("tiny/bert")
    assert engine.unload("tiny/bert")
    assert engine.status().used_bytes == 0


@pytest.mark.parametrize(
    ("id", "millions"),  # as their papers or cards give them
    [
        ("google-bert/bert-base-uncased", 110),
        ("google-bert/bert-large-uncased", 335),
        ("FacebookAI/roberta-base", 125),
        ("microsoft/deberta-v3-base", 184),
        ("distilbert/distilbert-base-uncased", 67),
        ("google/electra-small-discriminator", 14),
        ("albert/albert-base-v2", 11),
        ("answerdotai/ModernBERT-base", 150),
        ("answerdotai/ModernBERT-large", 396),
    ],
)
def test_parameters_are_counted_on_the_configuration(make_engine: MakeEngine, id: str, millions: int) -> None:
    facts = make_engine().library.facts(known_checkpoints()[id])
    assert round(facts.parameters / 1e6) == pytest.approx(millions, abs=1)


def test_no_id_takes_the_place_of_a_checkpoint_that_came_along(
    loopback: LoopbackHub, make_engine: MakeEngine, tmp_path: Path
) -> None:
    loopback.repositories["tiny/bert"] = Repository(save_tiny("bert", "encoder", tmp_path / "bert"))
    engine = make_engine()
    engine.catalog.add(checkpoint_row("tiny/bert", "masked-lm"))
    with pytest.raises(ModelLoadError, match="the name of a model that came with this playground"):
        engine.library.read_offer("tiny/bert")
