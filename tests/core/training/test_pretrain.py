"""Tiny networks that learn from nothing: what each objective learns from, and what it leaves."""

from dataclasses import replace
from pathlib import Path
from statistics import mean

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoModelForPreTraining, AutoTokenizer

from core.errors import InputError
from core.inspect.grammar import sentences
from core.pretraining.plan import OBJECTIVES, Contender, PretrainObjective, PretrainPlan
from core.pretraining.texts import hold_out
from core.training.objectives.replaced_token import copied_loss
from core.training.pretrain import Pretraining, PretrainText

PLAN = PretrainPlan((), layers=1, width=64, heads=2, pieces=400, sentence="The cat ___ the fish.")
STEPS = 80


@pytest.fixture(scope="module")
def text() -> PretrainText:
    return PretrainText(*hold_out([one.text for one in sentences(300)]), PLAN)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_learns_and_leaves_a_folder_for_transformers(
    objective: PretrainObjective, text: PretrainText, tmp_path: Path
) -> None:
    one = Pretraining(text, Contender(objective), replace(PLAN, seconds=0, tokens=100_000))  # the same rates each time
    steps = one.run()
    losses = [next(steps).loss for _ in range(STEPS)]
    assert mean(losses[-10:]) < mean(losses[:5])
    fills = one.fills()
    assert len(fills) == 3
    assert all((fill.doubt is not None) == (objective == "replaced-tokens") for fill in fills)
    one.finish(tmp_path)
    kind = AutoModelForPreTraining if objective == "replaced-tokens" else AutoModelForMaskedLM
    ids = AutoTokenizer.from_pretrained(tmp_path)("The cat stole the fish.", return_tensors="pt")
    assert torch.isfinite(kind.from_pretrained(tmp_path)(**ids).logits).all()
    assert (one.with_generator > one.weights) == (objective in ("replaced-tokens", "replace-mlm", "all-tokens-mlm"))


def test_it_says_why_it_is_over(text: PretrainText) -> None:
    one = Pretraining(text, Contender("masked-tokens"), replace(PLAN, seconds=0, tokens=2000))
    assert one.why == ""
    while not one.why:
        next(one.run())
    assert (one.why, one.state.tokens >= 2000) == ("It has read its tokens.", True)


def test_a_step_is_the_same_after_a_restart(text: PretrainText, tmp_path: Path) -> None:
    through, broken = (Pretraining(text, Contender("replaced-tokens"), PLAN) for _ in range(2))
    steps, first = through.run(), broken.run()
    losses = [next(steps).loss for _ in range(6)]
    for _ in range(3):
        next(first)
    broken.state.write(tmp_path / "state.pt")
    again = Pretraining(text, Contender("replaced-tokens"), PLAN)
    assert again.state.resume(tmp_path / "state.pt")
    going_on = again.run()
    assert [next(going_on).loss for _ in range(3)] == pytest.approx(losses[3:])


def test_too_little_text_is_refused() -> None:
    with pytest.raises(InputError, match="There is too little text to learn from"):
        PretrainText(["one"] * 300, [], PLAN)


def test_the_loss_of_copying_is_that_of_the_mixture() -> None:
    torch.manual_seed(0)
    logits, copies = torch.randn(3, 5), torch.randn(3)
    shown, answers = torch.tensor([1, 2, 3]), torch.tensor([1, 4, 3])
    share = copies.sigmoid()
    predicted = logits.softmax(-1)[torch.arange(3), answers]
    mixed = (1 - share) * predicted + share * (shown == answers)
    assert torch.allclose(copied_loss(logits, copies, shown, answers), -mixed.log().mean())
