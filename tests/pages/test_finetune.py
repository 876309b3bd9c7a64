"""The page Fine-tune (finetune.py): rows and what is said of them, the training as a job, what came out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.finetuning.comparison import WAYS, OneTraining, WaysCompared
from core.finetuning.job import FineTuneRun
from core.finetuning.report import (
    TrainingBefore,
    TrainingOutcome,
    TrainingPoint,
    TrainingReport,
    TrainingStart,
    Watched,
)
from core.finetuning.shared_job import SharedRun
from core.finetuning.shared_report import SharedOutcome, SharedPoint, SharedReport, SharedStart
from core.settings import Settings
from pages.ui.views.training import before, live
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors
from tests.working import job_of

Open = Callable[..., AppTest]
START = TrainingStart(("negative", "positive"), 40, 64, 1_000, 2_000, 6, 3)


def point(step: int, loss: float, dev: float | None = None, **fields: Any) -> TrainingPoint:
    return TrainingPoint(step, loss, 1e-3, 0.5, 0, float(step), dev, **fields)


def report(order: Any) -> TrainingReport:
    """As if it had learned everything but one row."""
    labels = [list(row.labels) for row in order.dev]
    labels[0] = ["positive" if labels[0] == ["negative"] else "negative"]
    outcome = TrainingOutcome(20, 0.9, 0.5, 12.0, tuple(map(tuple, labels)))
    watched = (Watched("a fine day", "positive", 0.9),)
    points = (point(10, 0.6), point(20, 0.4, 0.9, watched=watched))
    before = TrainingBefore(0.5, labels=(*(("negative",) for _ in labels[1:]), ()))
    return TrainingReport(0, START, before, points, outcome, "minilm-sentiment")


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings that are over at once."""

    def run(work: FineTuneRun, engine: Any, library: Any, state: Any) -> None:
        state.shown = state.result = report(work.order)
        state.done = state.total

    monkeypatch.setattr(FineTuneRun, "run", run)


def test_the_example_is_ready_and_understood(open_page: Open) -> None:
    body = bodies(open_page("finetune"))
    assert "38 rows to learn from, 10 held out, a fifth of each class." in body
    assert "2 labels: " in body
    assert "MiniLM will read 38 rows 10 times." in body
    assert "The first rows" in body


@pytest.mark.parametrize(
    ("task", "says"),
    [
        ("Answers", ("40 questions to learn from, 8 held out.", "12 without an answer", "will read 40 questions")),
        ("Hidden words", ("64 texts to learn from, 16 held out.", "About 743 words.", "will read 64 texts")),
    ],
)
def test_other_tasks_have_examples_too(open_page: Open, task: str, says: tuple[str, ...]) -> None:
    app = open_page("finetune", finetune_task=task)
    assert not app.exception
    assert all(one in bodies(app) for one in says)
    assert not app.button(key="finetune_go").disabled


def test_a_watched_sentence_without_a_gap_is_refused(open_page: Open, learned: None) -> None:
    app = open_page("finetune", finetune_task="Hidden words", finetune_watch_fill="no gap here")
    app.button(key="finetune_go").click().run()
    assert "“no gap here” has no gap to watch." in "".join(map(str, errors(app)))


def test_typed_rows_of_one_class_cannot_be_learned(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.views.training.rows.FIRST_ROWS", (("a", "x"), ("b", "x"), ("c", "x")))
    app = open_page("finetune", finetune_rows_text="Typed here")
    assert "Every label is “x”: there is nothing to tell apart." in bodies(app)
    assert app.button(key="finetune_go").disabled


def test_layer_wise_rates_are_drawn(open_page: Open) -> None:
    app = open_page("finetune")
    assert "Layer-wise rates" not in bodies(app)
    app.slider(key="finetune_decay").set_value(0.8).run()
    assert "the embeddings learn at 21% of the head&#x27;s rate" in bodies(app)


def test_a_training_is_a_job_and_what_came_out_is_shown(open_page: Open, fake: FakeEngine, learned: None) -> None:
    app = open_page("finetune", finetune_watch="a fine day\n\n", finetune_method="full")
    app.button(key="finetune_go").click().run()
    work = job_of(app, "finetune_job", fake).work
    assert work.order.plan.watch == ("a fine day",)
    assert work.order.plan.method == "full"
    assert (len(work.order.train), len(work.order.dev)) == (38, 10)
    app.run()
    assert not app.exception
    body = bodies(app)
    assert "90.0%" in body
    assert "accuracy on 10 held-out rows, 50.0% before" in body
    assert "1 of 10 held-out rows" in body
    assert "Confusion matrix" in body
    negative = sum(row.labels == ("negative",) for row in work.order.dev[:-1])
    assert "Compared with MiniLM before training: " in body
    assert f"{9 - negative - (work.order.dev[0].labels == ('positive',))} gained" in body
    assert not errors(app)


def test_three_seeds_are_one_button_and_their_spread_and_curves_are_shown(
    open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(work: FineTuneRun, engine: Any, library: Any, state: Any) -> None:
        found = report(work.order)
        assert found.outcome
        labels = found.outcome.labels
        for seed, score in ((13, 0.8), (14, 0.9), (15, 0.7)):
            outcome = TrainingOutcome(20, score, 0.5, 12.0, labels)
            found = replace(found, start=START, points=(point(20, 0.4, score),), outcome=outcome).with_seed(seed)
        state.shown = state.result = found.of_best()
        state.done = state.total

    monkeypatch.setattr(FineTuneRun, "run", run)
    app = open_page("finetune")
    app.button(key="finetune_seeds").click().run()
    assert job_of(app, "finetune_job", fake).work.order.plan.seeds == 3
    app.run()
    assert not app.exception
    body = bodies(app)
    assert "80.0% on average, standard deviation 10.0 points" in body
    assert "0.900 (kept)" in body
    assert "Your trainings" in body


def test_time_left_leaves_the_first_steps_out() -> None:
    points = tuple(point(step, 0.5) for step in range(1, 9))
    found = TrainingReport(0, START, None, points)
    assert live.seconds_left(found, 40) == 32.0
    assert live.seconds_left(TrainingReport(0, START, None, points[:5]), 40) is None


def test_overfitting_is_called_when_it_shows() -> None:
    rising = [point(n, 1 / n, 0.5 + n / 100) for n in range(1, 9)]
    stuck = [point(n, 1 / n, 0.9 if n == 2 else 0.8) for n in range(1, 9)]
    assert live.overfits(rising) == ""
    assert live.overfits(stuck).startswith("The loss still falls, but the best score, 0.900, was at step 2.")


def test_ways_are_compared_as_a_job(open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(work: WaysCompared, engine: Any, library: Any, state: Any) -> None:
        trained = [OneTraining(way, 13, 0.8, 3.0, 1_000_000, 2_000_000, 700.0) for way in WAYS]
        state.result, state.done = tuple(trained), state.total

    monkeypatch.setattr(WaysCompared, "run", run)
    app = open_page("finetune", finetune_view="Recipes compared")
    assert "The same rows will be learned in five ways." in bodies(app)
    app.button(key="ways_go").click().run()
    assert job_of(app, "ways_job", fake).work.order.plan.epochs == 10
    app.run()
    assert not app.exception
    assert "1.00 M of 2.0 M" in bodies(app)
    assert "The differences are within what chance does" in bodies(app)
    assert "Howard and Ruder 2018" in bodies(app)


def test_several_tasks_share_one_encoder_and_are_compared_with_each_alone(
    open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(work: SharedRun, engine: Any, library: Any, state: Any) -> None:
        names = list(work.order.tasks)
        start = SharedStart(20, dict.fromkeys(names, 0.5), dict.fromkeys(names, 0.2))
        points = (SharedPoint(10, names[0], 0.5), SharedPoint(20, names[1], 0.4, 1.0, dict.fromkeys(names, 0.9)))
        errors, alone = dict.fromkeys(names, 0.03), dict(zip(names, (0.5, 0.88), strict=True))
        outcome = SharedOutcome(20, dict.fromkeys(names, 0.9), errors, 12.0, alone, errors)
        kept = dict.fromkeys(names, "minilm-sentiment")
        state.shown = state.result = SharedReport(0, start, points, (), outcome, kept)
        state.done = state.total

    monkeypatch.setattr(SharedRun, "run", run)
    app = open_page("finetune", finetune_view="Several tasks")
    body = bodies(app)
    assert "One encoder, MiniLM, will learn from 38 rows and " in body
    assert "Second task: topics.csv" in body
    app.button(key="several_go").click().run()
    order = job_of(app, "several_job", fake).work.order
    assert list(order.tasks) == ["reviews", "topics"]
    assert (order.temperature, order.alone, order.first.plan.method) == (1.0, True, "full")
    app.run()
    assert not app.exception
    body = bodies(app)
    assert "reviews: better together; topics: no difference beyond chance." in body
    assert "topics is ready." in body


def test_the_same_rows_twice_and_more_models_than_one_may_keep_are_refused(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("finetune", finetune_view="Several tasks", several2_example="Reviews: positive or negative")
    assert "MB of memory and takes about" in bodies(app)
    app.button(key="several_go").click().run()
    assert "Two tasks have the same rows." in "".join(map(str, errors(app)))
    monkeypatch.setattr(before, "load_settings", lambda: Settings(visitor_uploads=1))
    app.button(key="several_go").click().run()
    assert "This leaves 2 models; this server keeps 1 model for each visitor." in "".join(map(str, errors(app)))
