"""Points of the curve, the best weights, and from which checkpoint a training goes on."""

from pathlib import Path

import pytest
import torch
from torch import nn

from core.training.optimizer import Optimizer
from core.training.schedule import Schedule
from core.training.state import CurvePoint, TrainingState, read_checkpoint

SCHEDULE = Schedule(10, warm_up=2, decay=0.4)


def new_state(schedule: Schedule = SCHEDULE) -> TrainingState:
    return TrainingState(Optimizer(nn.Linear(2, 1), learning_rate=0.1), schedule)


def test_a_point_is_written_and_read_as_one_row():
    point = CurvePoint(40, 900, 1.5, 0.25, {"accuracy": 0.5})
    assert point.row() == {"step": 40, "tokens": 900, "seconds": 1.5, "loss": 0.25, "accuracy": 0.5}
    assert CurvePoint.read(point.row()) == point


def test_the_loss_of_a_point_is_the_mean_since_the_last_one():
    state = new_state()
    for losses in ([1.0, torch.tensor(2.0)], [5.0]):
        state.losses += losses
        state.add_point({})
    assert [point.loss for point in state.curve] == [1.5, 5.0]


@pytest.mark.parametrize(("lower", "kept"), [(False, 0.7), (True, 0.3)])
def test_the_best_weights_are_those_of_the_first_best_score(lower: bool, kept: float):
    state = new_state()
    for step, score in enumerate((float("nan"), 0.5, kept, 0.5, kept)):
        state.step = step
        with torch.no_grad():
            state.optimizer.network.weight.fill_(step)
        state.keep_if_best(score, lower_is_better=lower)
    state.restore_best()
    assert (state.best.step, state.best.score) == (2, kept)
    assert state.optimizer.network.weight.tolist() == [[2.0, 2.0]]


def test_a_checkpoint_holds_everything(tmp_path: Path):
    state = new_state()
    state.step, state.tokens, state.seconds, state.losses = 3, 70, 1.25, [torch.tensor(0.5)]
    state.curve = [CurvePoint(2, 40, 1.0, 0.75, {"f1": 0.5})]
    state.keep_if_best(0.5, lower_is_better=False)
    torch.manual_seed(7)
    state.write(tmp_path / "run" / "checkpoint.pt")
    drawn = torch.rand(3)
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["checkpoint.pt"]
    other = new_state()
    assert other.resume(tmp_path / "run" / "checkpoint.pt")
    assert (other.step, other.tokens, other.seconds, other.losses) == (3, 70, 1.25, [0.5])
    assert other.curve == state.curve
    assert (other.best.step, other.best.score) == (3, 0.5)
    assert torch.equal(other.best.weights["weight"], state.optimizer.weights["weight"])
    assert torch.equal(torch.rand(3), drawn)  # chance goes on where it was


def test_a_longer_training_goes_on_from_before_the_fall(tmp_path: Path):
    for step, name in ((6, "before"), (9, "last")):
        state = new_state()
        state.step = step
        state.write(tmp_path / name)
    files = (tmp_path / "last", tmp_path / "missing", tmp_path / "before")
    same, longer, other = new_state(), new_state(Schedule(20, warm_up=2, decay=0.4)), new_state(Schedule(10, warm_up=5))
    assert same.resume(*files) and longer.resume(*files) and not other.resume(*files)
    assert (same.step, longer.step, other.step) == (9, 6, 0)


def test_a_write_that_fails_leaves_the_last_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    state = new_state()
    state.write(tmp_path / "checkpoint.pt")

    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(torch, "save", full_disk)
    state.step = 5
    with pytest.raises(OSError, match="no space"):
        state.write(tmp_path / "checkpoint.pt")
    assert read_checkpoint(tmp_path / "checkpoint.pt")["step"] == 0
