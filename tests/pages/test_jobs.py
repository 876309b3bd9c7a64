"""Jobs on pages: the address leads back to one, also in another visit; one that is gone is told; files that fail."""

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.files.tables import read_table
from core.hub.fetch import Fetch
from core.hub.offer import Offer
from core.jobs import JobStore
from core.vectors.cache import VectorCache
from pages.ui.views.vectors import collection, corpus
from tests.fake_engine import FakeEngine
from tests.pages.conftest import ROUTER
from tests.pages.reading import bodies, errors
from tests.working import OFFER, PATIENCE_S, job_of

Open = Callable[..., AppTest]
KEY = "classify_file_job"
FIVE = read_table("five.csv", b"text,gold\n" + b"".join(b"Film %d.,positive\n" % n for n in range(5)))
GONE = "This run is no longer here: results are kept for 2 hours, and not over a restart of the server."


@pytest.fixture
def slow(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Lets the stream of the engine go on behind its second text once it is set."""
    go = threading.Event()
    stream = fake.stream

    def slowly(task: str, checkpoint: str, requests: Iterable[Any], stopped: Callable[[], bool]) -> Iterator[Any]:
        for n, result in enumerate(stream(task, checkpoint, requests)):
            while n == 2 and not (stopped() or go.wait(0.01)):
                pass
            yield result

    monkeypatch.setattr(fake, "stream", slowly)
    return go


def another_visit(page: str, **query: str) -> AppTest:
    """The page as somebody else opens it by its address."""
    app = AppTest.from_file(ROUTER, default_timeout=30).run()
    for key, value in query.items():
        app.query_params[key] = value
    return app.switch_page(f"../../{page}.py").run()


def run_file(open_page: Open, table: Any = FIVE) -> AppTest:
    app = open_page("classify", classify_view="A labelled file", classify_file_table=table)
    return app.button(key="classify_file_go").click().run()


def texts(app: AppTest) -> str:
    return " ".join(one.proto.text for one in app.get("progress"))


def test_the_address_leads_back_to_a_run(open_page: Open, fake: FakeEngine, slow: threading.Event) -> None:
    first = run_file(open_page)
    id = first.session_state[KEY]
    assert first.query_params[KEY] == id
    other = another_visit("classify", classify_view="A labelled file", classify_file_job=id)
    assert other.session_state["visitor"] != first.session_state["visitor"]
    assert "of 5 rows" in texts(other)
    assert "<b>five.csv</b> (5 rows)" in bodies(other)
    assert any("Anyone with this link sees this file and its results." in one.value for one in other.caption)
    slow.set()
    assert job_of(other, KEY, fake)
    for app in (first, other):
        app.run()
        assert not app.exception and not errors(app)
        assert "Done: 5 of 5 rows" in bodies(app)
        assert {one.label for one in app.get("download_button")} >= {"CSV", "JSONL"}
        assert any("It works for 2 hours after the end" in one.value for one in app.caption)


def test_whoever_has_the_link_may_stop(open_page: Open, fake: FakeEngine, slow: threading.Event) -> None:
    id = run_file(open_page).session_state[KEY]
    other = another_visit("classify", classify_view="A labelled file", classify_file_job=id)
    other.button(key=f"{KEY}_stop").click().run()
    assert job_of(other, KEY, fake).progress.stopped
    assert "Stopped after" in bodies(other.run())


def test_the_link_of_another_view_does_not_hold_the_file(open_page: Open, slow: threading.Event) -> None:
    app = run_file(open_page)
    app.session_state["classify_view"] = "My own labels"
    app.run()
    assert KEY not in app.query_params
    app.session_state["classify_view"] = "A labelled file"
    app.run()
    assert KEY in app.query_params
    slow.set()


@pytest.mark.parametrize("how", ["unknown", "restarted"])
def test_a_run_that_is_gone_is_told_until_another_file_comes(open_page: Open, fake: FakeEngine, how: str) -> None:
    if how == "restarted":
        id = run_file(open_page).session_state[KEY]
        fake.job_store = JobStore()
    else:
        id = "<b>guess</b>"
    app = another_visit("classify", classify_view="A labelled file", classify_file_job=id)
    assert not app.exception
    for _ in range(2):
        assert GONE in bodies(app)
        app.run()
    app.button(key="classify_file_use").click().run()
    assert GONE not in bodies(app)
    assert "ready to run" in bodies(app)
    assert KEY not in app.query_params


@pytest.mark.parametrize(
    ("page", "key", "view"),
    [
        ("similarity", "corpus_job", {"view": "Search and map"}),
        ("models", "models_job", {"models_view": "From the Hub"}),
        ("entities", "entities_file_job", {"entities_view": "A file"}),
    ],
)
def test_the_job_of_another_view_is_as_unknown_as_none(
    open_page: Open, fake: FakeEngine, page: str, key: str, view: dict[str, str]
) -> None:
    app = run_file(open_page)
    assert job_of(app, KEY, fake)
    other = another_visit(page, **view, **{key: app.session_state[KEY]})
    assert not other.exception
    assert "is no longer here" in bodies(other)
    assert "five.csv" not in bodies(other)


def test_another_file_stops_the_run(open_page: Open, fake: FakeEngine, slow: threading.Event) -> None:
    app = run_file(open_page)
    id = app.session_state[KEY]
    app.button(key="classify_file_use").click().run()
    job = fake.jobs.find(id, PATIENCE_S)
    assert job and job.progress.stopped and not job.progress.running


def test_a_file_without_one_answer_is_not_done(open_page: Open, fake: FakeEngine) -> None:
    app = run_file(open_page, read_table("empty.csv", b"text,gold\n ,a\n  ,b\n"))
    assert job_of(app, KEY, fake)
    app.run()
    assert "No row has an answer: 2 rows failed." in bodies(app)
    assert "Done" not in bodies(app)


def test_a_model_that_its_reader_may_not_use_is_named_all_the_same(
    open_page: Open, fake: FakeEngine, discriminators: list[str]
) -> None:
    app = run_file(open_page)
    job = job_of(app, KEY, fake)
    for name in job.result.models:
        fake.catalog.remove(name)
    try:
        other = another_visit("classify", classify_view="A labelled file", classify_file_job=job.id)
    finally:
        for row in job.result.models.values():
            fake.catalog.add(row)
    assert not other.exception
    assert "MiniLM · sentiment" in bodies(other)
    assert "Macro F1" in bodies(other)


def test_the_address_leads_back_to_a_collection(
    open_page: Open, fake: FakeEngine, slow: threading.Event, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("core.vectors.corpus.open_vector_cache", lambda: VectorCache(tmp_path, 10**7))
    monkeypatch.setattr(corpus, "AT_ONCE", 3)
    monkeypatch.setattr(collection, "AT_ONCE", 3)
    app = open_page("similarity", view="Search and map", corpus_table=FIVE)
    next(one for one in app.button if one.label == "Embed 5 texts").click().run()
    id = app.session_state["corpus_job"]
    other = another_visit("similarity", view="Search and map", corpus_job=id)
    assert "of 5 rows" in texts(other)
    slow.set()
    assert job_of(other, "corpus_job", fake)
    other.run()
    assert not other.exception and not errors(other)
    assert "among 5 texts" in bodies(other)
    assert any("Anyone with this link sees these texts" in one.value for one in other.caption)
    gone = another_visit("similarity", view="Search and map", corpus_job="nothing")
    assert "This collection is no longer here" in bodies(gone)
    assert "Embed 240 texts" in [one.label for one in gone.button]


def test_the_address_leads_back_to_a_download(
    open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()

    def fetch(offer: Offer, count: Callable[[int], None], stopped: Callable[[], bool]) -> Any:
        count(1_000_000)
        assert go.wait(PATIENCE_S)
        return fake.catalog["minilm"]

    monkeypatch.setattr(fake.library, "fetch", fetch)
    id = fake.jobs.start(Fetch(OFFER), "models_job")
    app = another_visit("models", models_view="From the Hub", models_job=id)
    assert "tiny/bert" in texts(app).replace("\\", "")
    go.set()
    assert job_of(app, "models_job", fake)
    assert "is ready." in bodies(app.run())
    gone = another_visit("models", models_view="From the Hub", models_job="nothing")
    assert "This download is no longer here" in bodies(gone)
    assert "goes on from there" in bodies(gone)
