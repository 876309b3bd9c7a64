"""Hidden words are taught with other masks each time and examined with the same, and the head stays as it was."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from core.checkpoints.catalog import load_catalog
from core.errors import InputError
from core.finetuning.gather import TrainingRow
from core.finetuning.plan import TrainingPlan
from core.models.loader import Loader
from core.training.finetune import FineTuning
from core.training.skills.hidden_words import FIXED, MaskExam, MaskSkill

PLAN = TrainingPlan(
    "fill-mask", "mini-bert", "lora", epochs=4, learning_rate=5e-3, watch=("Knead the ___ well.",), batch_tokens=256
)
ROWS = [TrainingRow(n, (f"Knead the dough number {n} until the dough is smooth.",)) for n in range(24)]


def start(plan: TrainingPlan = PLAN) -> FineTuning:
    catalog = load_catalog()
    return FineTuning(Loader(catalog), catalog[plan.checkpoint], plan, ROWS[:18], ROWS[18:])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[FineTuning, Path]:
    """A training after its end, and its folder."""
    one = start()
    for _ in one.run():
        pass
    folder = tmp_path_factory.mktemp("domain") / "model"
    one.finish(folder)
    return one, folder


def test_the_words_of_the_domain_are_learned(trained: tuple[FineTuning, Path]) -> None:
    one, _ = trained
    after = one.marks(range(6))
    assert after.others["loss"] < one.ask_before().others["loss"]
    assert after.others["tokens"] == one.ask_before().others["tokens"] > 0
    (watched,) = one.watched()
    assert watched.probability is not None


def test_plain_transformers_loads_it_with_one_head(trained: tuple[FineTuning, Path]) -> None:
    one, folder = trained
    model, info = AutoModelForMaskedLM.from_pretrained(folder, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    inputs = AutoTokenizer.from_pretrained(folder)("Knead the [MASK] well.", return_tensors="pt")
    with torch.no_grad():
        torch.testing.assert_close(model(**inputs).logits, one.model(**inputs).logits, atol=0.1, rtol=0.01)


def test_masks_change_in_training_and_never_in_the_exam() -> None:
    catalog = load_catalog()
    skill = MaskSkill(*Loader(catalog).tokenizer(catalog["mini-bert"]))
    examples, places = skill.examples(ROWS), np.arange(4)
    first, second = (examples.collate(places, np.random.default_rng(n))["input_ids"] for n in (1, 2))
    assert not torch.equal(first, second)
    exam = MaskExam(skill, ROWS)
    together, alone = exam._hidden([3, 5]), exam._hidden([5])
    length = int(alone["attention_mask"].sum())
    assert torch.equal(together["input_ids"][1, :length], alone["input_ids"][0])
    assert (alone["input_ids"] == skill.tokenizer.mask_id).sum() == len(alone["answers"])
    assert FIXED == 7, "another number makes scores of earlier trainings something else"


def test_a_long_text_is_read_in_parts() -> None:
    catalog = load_catalog()
    skill = MaskSkill(*Loader(catalog).tokenizer(catalog["mini-bert"]))
    parts = skill.cut("Knead the dough. " * 200)
    assert len(parts) > 1
    assert max(map(len, parts)) <= 128


@pytest.mark.parametrize(
    ("checkpoint", "says"),
    [("minilm", "no trained head for hidden words"), ("mini-deberta", "a decoder that no other library knows")],
)
def test_who_cannot_begin_is_told(checkpoint: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        start(replace(PLAN, checkpoint=checkpoint))
