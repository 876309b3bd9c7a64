"""A student learns from its teacher (distil.py): how it starts, what it is taught, what it leaves."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification, AutoTokenizer

from core.checkpoints.catalog import load_catalog
from core.compression.own_rows import reviews
from core.distillation.own_rows import own_rows_apart
from core.distillation.plan import DistilPlan, LayerBlock, blocks, task_of
from core.errors import InputError
from core.finetuning.gather import TrainingRow
from core.models.hooks import layers, skip
from core.models.loader import Loader
from core.models.smaller import with_layers
from core.training.distil import Distilling
from tests.families import FAMILIES, tiny_model

CATALOG = load_catalog()
QUESTIONS = tuple(
    TrainingRow(n, ("Who lives here?", f"Here lives {name} since {1900 + n}."), (name,), (11,))
    for n, name in enumerate(("Ada", "Ben", "Cleo", "Dora") * 4)
)


@pytest.fixture
def start() -> Callable[..., Distilling]:
    """A distillation of a bundled teacher: start(teacher, fields of the plan)."""

    def begin(teacher: str = "mini-bert-sentiment", rows: Any = None, **fields: Any) -> Distilling:
        row = CATALOG[teacher]
        plan = replace(DistilPlan(task_of(row), teacher, 2, epochs=1), **fields)
        rows = rows or own_rows_apart(row)[0][:24]
        return Distilling(Loader(CATALOG), row, plan, rows[: len(rows) - 8], rows[-8:])

    return begin


def test_layers_are_shared_out_evenly() -> None:
    assert [one.first for one in blocks(12, 6)] == [0, 2, 4, 6, 8, 10]
    assert blocks(4, 3) == [LayerBlock(0, 0), LayerBlock(1, 1), LayerBlock(2, 3)]
    assert blocks(6, 1) == [LayerBlock(0, 5)]


@pytest.mark.parametrize("teacher", ["mini-bert-sentiment", "mini-deberta-ner", "mini-roberta"])
def test_before_it_learns_the_student_is_its_teacher_with_layers_skipped(
    start: Callable[..., Distilling], teacher: str
) -> None:
    one = start(teacher)
    batch = one.examples.collate(np.arange(4), np.random.default_rng(0))
    kept = torch.zeros(4, len(layers(one.teacher)))
    kept[:, [block.first for block in one.blocks]] = 1
    with torch.no_grad():
        one.model.eval()
        ours = one.skill.outputs(one.model, batch).logits
        with skip(one.teacher, kept):
            theirs = one.skill.outputs(one.teacher, batch).logits
    torch.testing.assert_close(ours, theirs)
    own = {weight.data_ptr() for weight in one.model.parameters()}
    assert not own & {weight.data_ptr() for weight in one.teacher.parameters()}, "the teacher must not learn"


def test_the_loss_is_what_the_papers_write(start: Callable[..., Distilling]) -> None:
    one = start(soft=3.0, hidden=2.0, own=0.5, temperature=4.0)
    one.model.eval()
    batch = one.examples.collate(np.arange(6), np.random.default_rng(0))
    with torch.no_grad():
        loss = float(one.loss(batch))
        read = {name: batch[name] for name in ("input_ids", "attention_mask", "token_type_ids")}
        ours, theirs = (m(**read, output_hidden_states=True) for m in (one.model, one.teacher))
    p, q = (np.exp(o.logits.numpy() / 4) for o in (theirs, ours))
    p, q = p / p.sum(-1, keepdims=True), q / q.sum(-1, keepdims=True)
    soft = (p * np.log(p / q)).sum(-1).mean() * 16
    cosines = []
    for own, taught in ((1, 2), (2, 4)):
        a, b = ours.hidden_states[own].numpy(), theirs.hidden_states[taught].numpy()
        cosine = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
        cosines.append(cosine[batch["attention_mask"].numpy() == 1].mean())
    plain = np.exp(ours.logits.numpy())
    right = plain[np.arange(6), batch["labels"][:, 0]] / plain.sum(-1)
    assert loss == pytest.approx(3 * soft + 2 * (1 - np.mean(cosines)) - 0.5 * np.log(right).mean(), rel=1e-4)
    assert list(one.parts) == ["soft", "hidden", "own"]


@pytest.mark.parametrize(
    ("teacher", "rows"),
    [("mini-distilbert-sentiment", None), ("mini-electra-ner", None), ("mini-bert", None), ("mini-bert-qa", QUESTIONS)],
)
def test_every_kind_of_teacher_teaches_and_plain_transformers_reads_the_student(
    start: Callable[..., Distilling], teacher: str, rows: Any, tmp_path: Path
) -> None:
    one = start(teacher, rows, layers=1)
    losses = [step.loss for step in one.run()]
    assert np.isfinite(losses).all()
    found = one.finished(tmp_path, alone=None)
    assert found.before.kept == 1.0
    assert [network.what for network in found.after] == ["cut", "student"]
    assert found.after[0].mb == found.after[1].mb < found.before.mb
    assert found.after[0].alone_ms > 0
    kinds = {"mini-distilbert-sentiment": AutoModelForSequenceClassification, "mini-bert": AutoModelForMaskedLM}
    if teacher in kinds:
        model, info = kinds[teacher].from_pretrained(tmp_path, output_loading_info=True)
        assert not info["missing_keys"]
        ids = AutoTokenizer.from_pretrained(tmp_path)("A lovely day.", return_tensors="pt")
        with torch.no_grad():
            torch.testing.assert_close(model(**ids).logits, one.model(**ids).logits, atol=0.03, rtol=0.01)


def test_it_goes_on_from_its_state_as_if_never_stopped(start: Callable[..., Distilling], tmp_path: Path) -> None:
    losses = [step.loss for step in start("mini-distilbert-sentiment", layers=1).run()]
    first = start("mini-distilbert-sentiment", layers=1)
    steps = first.run()
    for _ in range(len(losses) // 2):
        next(steps)
    first.state.write(tmp_path / "state.pt")
    steps.close()
    again = start("mini-distilbert-sentiment", layers=1)
    assert again.state.resume(tmp_path / "state.pt")
    assert [step.loss for step in again.run()] == pytest.approx(losses[len(losses) // 2 :], rel=1e-3)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"layers": 4}, "The teacher has 4 layers; a student of 4 would not be smaller."),
        ({"rows": reviews()[:12]}, "There are 4 rows to learn from and 8 held out."),
        ({"rows": tuple(TrainingRow(n, ("a",), ("blue",)) for n in range(20))}, "0 of 12 rows have a label"),
    ],
)
def test_what_cannot_be_taught_is_refused(start: Callable[..., Distilling], fields: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        start(**fields)


@pytest.mark.parametrize("model_type", FAMILIES)
def test_layers_of_every_architecture_can_be_left_out(model_type: str, tmp_path: Path) -> None:
    model: Any = tiny_model(model_type, "masked-lm").eval()
    count = len(layers(model))
    smaller: Any = with_layers(model, [0, *range(2, count)])
    assert smaller.config.num_hidden_layers == count - (count > 1)
    smaller.save_pretrained(tmp_path)
    again, info = AutoModelForMaskedLM.from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    ids = torch.tensor([[1, 5, 6, 7, 2]])
    with torch.no_grad():
        torch.testing.assert_close(again(input_ids=ids).logits, smaller(input_ids=ids).logits)
