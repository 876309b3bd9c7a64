"""The page Smaller and faster (compress.py): what is asked, the measurement as a job, what came out."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.batching.job import BatchingRun
from core.batching.report import BatchingReport
from core.batching.ways import CACHE, PACKED, WAYS
from core.compression.job import CompressionRun
from core.compression.report import CompressedPoint, CompressionReport, CompressionStart
from core.distillation.job import DistilRun
from core.distillation.report import DistilledNetwork, DistilOutcome, DistilPoint, DistilReport, DistilStart
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors
from tests.working import job_of

Open = Callable[..., AppTest]
REPORT = CompressionReport(
    0,
    CompressionStart(("negative", "positive"), 200, 200, 0.51, 4),
    None,
    (
        CompressedPoint("fp32", 0, "As it is, fp32", 20.0, 6.0, 1.5, 0.8, 0.03, 0.0, 0.0),
        CompressedPoint("int8", 0, "int8", 5.0, 4.0, 1.0, 0.79, 0.03, -0.01, 0.01),
        CompressedPoint("exit", 0.9, "Early exit at 90%", 20.1, 3.0, 1.5, 0.7, 0.03, -0.1, 0.02, 2.5),
    ),
)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measurements that are over at once."""

    def run(work: CompressionRun, engine: Any, library: Any, state: Any) -> None:
        state.result, state.done = REPORT, state.total

    monkeypatch.setattr(CompressionRun, "run", run)


def test_rows_of_ours_are_ready_for_pairs_of_texts_too(open_page: Open) -> None:
    app = open_page("compress", quantise_checkpoint="minilm-nli")
    assert not app.exception
    assert "768 labelled rows: one half fits what must be fitted" in bodies(app)


def test_a_measurement_is_a_job_and_what_came_out_is_shown(open_page: Open, fake: FakeEngine, measured: None) -> None:
    app = open_page("compress", quantise_checkpoint="mini-bert-sentiment")
    app.button(key="quantise_go").click().run()
    order = job_of(app, "quantise_job", fake).work.order
    assert order.methods == ("int8", "bf16", "heads", "layers", "exit")
    assert [one.id for one in order.checkpoints] == ["mini-bert-sentiment", "mini-bert"]
    app.run()
    assert not app.exception
    body = bodies(app)
    assert "int8: 25% of the size, 1.50 times as fast alone, 1.50 times as fast 32 together" in body
    assert "score −1.0 ± 1.0 points (no more than chance does)." in body
    assert "transformers cannot load these 8-bit weights." in body
    app.selectbox(key="quantise_marked").select("Early exit at 90%").run()
    assert "score −10.0 ± 2.0 points. A text leaves after 2.5 layers on average." in bodies(app)
    assert not errors(app)


def test_batches_are_timed_as_a_job_and_the_padding_is_drawn(
    open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = dict.fromkeys(WAYS, 2.0) | {PACKED: 0.5, CACHE: 0.001}
    report = BatchingReport(512, lengths=(12, 3, 4, 30, 5, 6), seconds=seconds)

    def run(work: BatchingRun, engine: Any, library: Any, state: Any) -> None:
        state.result, state.done = report, state.total

    monkeypatch.setattr(BatchingRun, "run", run)
    app = open_page("compress", compress_view="Batching and caching", batching_budget=512)
    assert "will read the same 500 texts in 7 ways" in bodies(app)
    app.button(key="batching_go").click().run()
    assert job_of(app, "batching_job", fake).work.order.budget == 512
    app.run()
    assert not app.exception
    body = bodies(app)
    assert "67% of what is computed is padding; packed by length" in body
    assert "it is 4.0 times as fast" in body
    assert "takes 1.0 ms from the cache" in body
    assert len(app.get("plotly_chart")) == 2


def test_a_distillation_is_a_job_and_says_what_the_student_keeps(
    open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def network(what: str, layers: int, score: float, kept: float) -> DistilledNetwork:
        return DistilledNetwork(
            what, layers, layers * 1_000_000, 4.0 * layers, layers, layers / 2, score, 0.02, kept, 0.015
        )

    after = (network("cut", 2, 0.5, 0.526), network("student", 2, 0.912, 0.96), network("labels alone", 2, 0.86, 0.905))
    outcome = DistilOutcome(20, 0.912, 9.0, network("teacher", 4, 0.95, 1.0), after, ahead=0.052, ahead_error=0.02)
    points = tuple(DistilPoint(n, 20, 1.0, {"soft": 0.2, "own": 0.3}, 1e-4, 5.0, 0.9) for n in (0, 1))
    report = DistilReport(0, DistilStart(20, 64, 4, 2, 4, 2, 0, 0.95, 0.5), points, outcome, "mini-bert-sentiment")

    def run(work: DistilRun, engine: Any, library: Any, state: Any) -> None:
        state.result, state.done = report, state.total

    monkeypatch.setattr(DistilRun, "run", run)
    app = open_page("compress", compress_view="Distil", distil_teacher="mini-bert-sentiment", distil_soft=4.0)
    assert not app.exception
    assert "320 rows of ours to learn from; 176 others are held out." in bodies(app)
    assert "starts as the teacher’s layers 1, 3, 5 and learns to give what layers 2, 4, 6 give." in bodies(app)
    app.button(key="distil_go").click().run()
    order = job_of(app, "distil_job", fake).work.order
    assert (order.plan.layers, order.plan.soft, len(order.dev)) == (3, 4.0, 176)
    app.run()
    assert not app.exception
    body = bodies(app)
    assert "96.0%" in body
    assert "± 1.5% of its teacher’s score kept, with 2 of 4 layers (DistilBERT: 96.9% with 6 of 12)" in body
    assert "50% of the size; 2.00 times as fast on a text alone" in body
    assert "It ends 5.2 ± 2.0 points above the same student taught by right answers alone." in body
    assert not errors(app)
    app = open_page("compress", compress_view="Distil", distil_teacher="minilm-qa")
    assert "288 questions of ours to learn from; 112 others are held out." in bodies(app)
    assert not errors(app)
