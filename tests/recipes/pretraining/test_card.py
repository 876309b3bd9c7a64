"""Cards of variants and of heads on them: what they say of a training, and that the code in them runs."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

import core.models.enhanced_mask_decoder
from core.checkpoints import cards
from core.checkpoints.cards import read_scores
from core.checkpoints.catalog import Catalog
from core.training.adapters import save_adapter
from core.training.save import save_curve
from core.training.state import CurvePoint
from recipes import bases
from recipes.__main__ import write_any_card
from recipes.card import write_card
from recipes.evaluate import Score
from recipes.heads import HEADS
from recipes.pretraining.bert import MiniBert
from recipes.pretraining.card import held_out, write_variant_card
from recipes.pretraining.deberta import MiniDeberta
from recipes.pretraining.distilbert import MiniDistilBert
from recipes.pretraining.electra import MiniElectra
from recipes.pretraining.roberta import MiniRoberta
from recipes.pretraining.text import FILES
from recipes.train import build
from tests.recipes.scripted_engine import invented_row

VARIANTS = {v.name: v for v in (MiniBert, MiniRoberta, MiniDistilBert, MiniElectra, MiniDeberta)}
VARIANTS[MiniElectra.generator_name] = MiniElectra
LAST = {"step": 40, "tokens": 81000, "seconds": 9.0, "loss": 5.5, "masked_accuracy": 0.25, "detection_f1": 0.5}
PAIRS = "minimal_pairs/blimp_public.jsonl.xz"


@pytest.fixture(scope="module")
def models(corpus, byte_corpus, tmp_path_factory) -> Path:
    """The folders of all variants, which have learnt nothing."""
    folder = tmp_path_factory.mktemp("models")
    for variant in (MiniBert, MiniRoberta, MiniDistilBert, MiniElectra, MiniDeberta):
        few = type(variant.__name__, (variant,), {"rows": 4})
        few(byte_corpus if variant is MiniRoberta else corpus, base=folder).write(folder)
    shutil.copy(core.models.enhanced_mask_decoder.__file__, folder)
    return folder


def run_code(card: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Runs the Python of a card beside the folders; the names that it leaves."""
    (code,) = re.findall(r"```python\n(.+?)```", card.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(models)
    monkeypatch.syspath_prepend(str(models))
    names: dict[str, Any] = {}
    exec(compile(code, card.name, "exec"), names)
    return names


def variant_card(models: Path, name: str) -> Path:
    (models / name / "curve.json").write_text(json.dumps([{"step": 20}, LAST]))
    row = invented_row(name, "replaced-token-detection" if name == "mini-electra" else "masked-lm")
    write_variant_card(models / name, VARIANTS[name], row, [Score(name, PAIRS, "minimal pairs", 0.625, None, 800, 1.0)])
    return models / name / "README.md"


@pytest.mark.parametrize("name", VARIANTS)
def test_the_code_of_a_variant_runs(name: str, models: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    names = run_code(variant_card(models, name), models, monkeypatch)
    printed = capsys.readouterr().out
    if name == "mini-electra":
        assert len(printed.splitlines()) == names["inputs"]["input_ids"].shape[1]
    else:
        assert "token_str" in printed
    assert ("EnhancedMasked" in type(names["model"]).__name__) == (name == "mini-deberta")


def test_the_code_joins_the_files_of_a_large_matrix(monkeypatch: pytest.MonkeyPatch, capsys):
    run_code(cards.MODELS / "minilm-fill-mask" / "README.md", cards.MODELS, monkeypatch)
    assert "paris" in capsys.readouterr().out


@pytest.mark.parametrize("name", VARIANTS)
def test_the_card_of_a_variant_says_how_it_was_trained(name: str, models: Path):
    file = variant_card(models, name)
    card = ModelCard.load(file)
    assert card.data.library_name == "transformers"
    assert card.data.base_model == ("mini-bert" if name == "mini-distilbert" else None)
    assert [(score.measure, score.value, score.rows) for score in read_scores(file)] == [
        ("accuracy on minimal pairs", 0.625, 800)
    ]
    variant = VARIANTS[name]
    assert f"40 steps of {variant.rows} windows of 128 tokens, 81,000 tokens in all, seed 13" in card.text
    assert f"{variant.learning_rate:g}. It ended with" in card.text
    assert f"`python -m recipes pretrain {variant.name} --data DIR --tokens {40 * variant.rows * 128}`" in card.text
    assert re.findall(r"^\| `(\S+)` \| .+ \|$", card.text, re.MULTILINE)[: len(FILES)] == list(FILES)
    assert ("layers\nof width 64" in card.text) == (name == "mini-electra-generator")
    assert ("predicts no words" in card.text) == (name == "mini-electra")


def test_held_out_scores_are_named():
    assert held_out(LAST) == "masked accuracy 0.2500, detection f1 0.5000"


@pytest.mark.parametrize("recipe", [r for r in HEADS if "-nli" not in r.name], ids=lambda recipe: recipe.name)
def test_the_code_of_a_head_on_a_variant_runs(recipe, models: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bases, "MODELS", models)
    save_adapter(build(recipe), models / recipe.name, base=recipe.base)
    save_curve([CurvePoint(500, 900, 1.0, 0.5)], models / recipe.name)
    row = invented_row(recipe.name, "sequence-classification", base=recipe.base)
    file = models / recipe.name / "README.md"
    write_card(file.parent, recipe, row, invented_row(recipe.base), [])
    names = run_code(file, models, monkeypatch)
    inputs = names["tokenizer"]("The miller sells a lantern.", return_tensors="pt")
    output = names["model"](**inputs)
    if recipe.labels:
        assert output.logits.shape[-1] == len(recipe.labels)
        assert names["model"].config.id2label == dict(enumerate(recipe.labels))
    else:
        assert output.start_logits.shape == output.end_logits.shape == inputs["input_ids"].shape


def test_each_checkpoint_gets_the_card_of_its_kind(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cards, "MODELS", tmp_path)
    for name in ("mini-bert", "mini-bert-ner", "mini-electra-generator"):
        shutil.copytree(models / "mini-bert", tmp_path / name)
        (tmp_path / name / "curve.json").write_text(json.dumps([LAST]))
    adapter = invented_row("mini-bert-ner", "token-classification", base="mini-bert")
    package = invented_row("minilm", "encoder", source="package")
    catalog = Catalog([package, invented_row("mini-bert"), adapter, invented_row("mini-electra-generator")])
    for row in catalog:
        write_any_card(catalog, row.id, [])
    texts = {row.id: (tmp_path / row.id / "README.md").read_text(encoding="utf-8") for row in catalog}
    assert "are in the package" in texts["minilm"]
    assert "LoRA adapter of rank 16 on mini-bert" in texts["mini-bert-ner"]
    assert "recipes pretrain mini-bert " in texts["mini-bert"]
    assert "recipes pretrain mini-electra " in texts["mini-electra-generator"]
