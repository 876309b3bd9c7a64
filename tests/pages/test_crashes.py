"""Work that crashes behind a page: the page says so, and nowhere does it look done or stopped by hand."""

import errno
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.files.tables import read_table
from core.hub.fetch import Fetch
from core.hub.offer import Offer
from core.jobs import Stopped
from core.vectors import corpus
from core.vectors.cache import VectorCache
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors
from tests.working import OFFER, PATIENCE_S, job_of

Open = Callable[..., AppTest]
MEMORY = "ran out of memory"
CRASHES = [
    (MemoryError(), MEMORY),
    (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
    (KeyError("a secret"), "went wrong in the playground (KeyError)"),
]
FIVE = read_table("five.csv", b"text,predicted_label\n" + b"".join(b"Film %d.,gold\n" % n for n in range(5)))


@pytest.fixture
def crash(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes each stream of the engine raise with its third text; of one checkpoint alone if `only` names it."""

    def prepare(error: BaseException, only: str = "") -> None:
        def stream(task: str, checkpoint: str, requests: Iterable[Any], stopped: Any) -> Iterator[Any]:
            for n, request in enumerate(requests):
                if n == 2 and only in ("", checkpoint):
                    raise error
                yield fake.run(task, checkpoint, [request])[0]

        monkeypatch.setattr(fake, "stream", stream)

    return prepare


def wait(app: AppTest, fake: FakeEngine, key: str) -> AppTest:
    """The page once the job behind `key` has ended."""
    assert job_of(app, key, fake)
    return app.run()


@pytest.mark.parametrize(("error", "sentence"), CRASHES)
def test_a_file(
    open_page: Open, fake: FakeEngine, crash: Callable[..., None], error: BaseException, sentence: str
) -> None:
    crash(error)
    app = open_page("classify", classify_view="A labelled file", classify_file_table=FIVE)
    app.button(key="classify_file_go").click().run()
    app = wait(app, fake, "classify_file_job")
    assert not app.exception
    (told,) = errors(app)
    assert sentence in told
    assert "secret" not in bodies(app)
    assert "Not finished: 2 of 5 rows" in bodies(app)
    assert "Done" not in bodies(app)
    assert "Stopped" not in bodies(app)


def test_a_file_through_two_checkpoints_of_which_one_crashes(
    open_page: Open, fake: FakeEngine, crash: Callable[..., None]
) -> None:
    crash(MemoryError(), "minilm-sentiment")
    both = ["minilm-sentiment", "minilm-sentiment-short"]
    app = open_page(
        "classify", classify_view="A labelled file", classify_file_table=FIVE, classify_file_checkpoints=both
    )
    app.button(key="classify_file_go").click().run()
    app = wait(app, fake, "classify_file_job")
    assert not app.exception
    (told,) = errors(app)
    assert "MiniLM (sentiment): The playground ran out of memory." in told
    assert "Not finished: 7 of 10 rows" in bodies(app)


@pytest.mark.parametrize(("error", "sentence"), CRASHES)
def test_texts_that_are_embedded(
    open_page: Open,
    fake: FakeEngine,
    crash: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    error: BaseException,
    sentence: str,
) -> None:
    crash(error)
    monkeypatch.setattr("core.vectors.corpus.open_vector_cache", lambda: VectorCache(tmp_path, 10**7))
    monkeypatch.setattr(corpus, "BLOCK", 2)
    app = open_page("similarity", view="Search and map", corpus_table=FIVE)
    app = wait(app, fake, "corpus_few")
    assert not app.exception
    assert any(sentence in told for told in errors(app))
    assert "<b>2 of 5</b> texts embedded" in bodies(app)
    assert any(button.label == "Continue" for button in app.button)


def test_a_search_for_duplicates_that_crashes_finds_none_but_says_so(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def run_out(*arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr("core.vectors.corpus.open_vector_cache", lambda: VectorCache(tmp_path, 10**7))
    monkeypatch.setattr("core.vectors.duplicates.keep", run_out)
    app = open_page("similarity", view="Search and map", corpus_table=FIVE, corpus_look="Duplicates")
    assert not app.exception
    assert any(MEMORY in told for told in errors(app))


@pytest.mark.parametrize(("error", "sentence"), CRASHES)
@pytest.mark.parametrize("when", ["fetching", "loading"])
def test_a_download(
    open_page: Open,
    fake: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
    error: BaseException,
    sentence: str,
) -> None:
    def fetch(offer: Offer, count: Callable[[int], None], stopped: Callable[[], bool]) -> Any:
        count(2_000_000 if when == "fetching" else offer.size)
        raise error

    monkeypatch.setattr(fake.library, "fetch", fetch)
    id = fake.jobs.start(Fetch(OFFER), "models_job")
    assert fake.jobs.find(id, PATIENCE_S)
    app = open_page("models", models_view="From the Hub", models_job=id)
    assert not app.exception
    assert any(sentence in told for told in errors(app))
    assert "was stopped." not in bodies(app)
    assert "is ready" not in bodies(app)


def test_a_download_that_somebody_stopped(open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(offer: Offer, count: Callable[[int], None], stopped: Callable[[], bool]) -> Any:
        end = time.monotonic() + PATIENCE_S
        while not stopped() and time.monotonic() < end:
            time.sleep(0.01)
        raise Stopped

    monkeypatch.setattr(fake.library, "fetch", fetch)
    id = fake.jobs.start(Fetch(OFFER), "models_job")
    fake.jobs.stop(id)
    assert fake.jobs.find(id, PATIENCE_S)
    app = open_page("models", models_view="From the Hub", models_job=id)
    assert not errors(app)
    assert "was stopped." in bodies(app)
