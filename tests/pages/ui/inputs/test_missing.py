"""Links that ask for a checkpoint which is not here: one sentence on every page, until the visitor chooses."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.checkpoints.catalog import load_catalog
from core.engine import Visit
from core.paths import ROOT
from pages.ui.app import engine
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors

Open = Callable[..., AppTest]
PICKERS = [  # a page, the picker of its address, and what else the address says
    ("fill_mask", "fill_checkpoints", {}),
    ("fill_mask", "every_checkpoints", {"fill_view": "Every word"}),
    ("entities", "entities_checkpoints", {}),
    ("questions", "questions_checkpoints", {}),
    ("classify", "classify_checkpoints", {}),
    ("similarity", "similarity_checkpoints", {}),
    ("compare", "compare_fill-mask_checkpoints", {}),
    ("compare", "compare_fill-mask_checkpoint", {"compare_view": "Two inputs"}),
    ("attention", "attention_checkpoints", {}),
    ("attention", "attention_file_checkpoints", {"attention_view": "A file"}),
    ("tokenizers", "tokenizers_checkpoints", {}),
    ("tokenizers", "tokenizers_one_checkpoint", {"tokenizers_view": "Vocabulary"}),
    ("models", "models_one", {}),
]


def arrive(page: str, **address: object) -> AppTest:
    """The page opened by a link."""
    app = AppTest.from_file(ROOT / "pages" / f"{page}.py", default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize(("page", "picker", "address"), PICKERS)
def test_what_is_not_here_is_told_in_one_sentence(
    fake: FakeEngine, page: str, picker: str, address: dict[str, str]
) -> None:
    app = arrive(page, **{picker: "acme/<b>bert"}, **address)
    assert not app.exception
    assert not errors(app)
    text = bodies(app)
    assert text.count("“acme/&lt;b&gt;bert” is not available.") == 1
    assert "shown instead; you can look for it on Models → From the Hub." in text
    assert "not available" in bodies(app.run()), "it stays until the visitor chooses"


def test_a_link_to_what_is_here_says_nothing(fake: FakeEngine) -> None:
    assert "not available" not in bodies(arrive("attention", attention_checkpoints=["minilm-ner", "minilm"]))
    assert "not available" not in bodies(arrive("tokenizers"))


def test_none_chosen_in_a_link_is_a_quiet_sentence(fake: FakeEngine) -> None:
    app = arrive("fill_mask", fill_checkpoints="")
    assert not app.exception
    assert "not available" not in bodies(app)
    assert "Choose a model to see its answer here." in bodies(app)
    assert not fake.calls


def test_what_is_here_stays_chosen(fake: FakeEngine) -> None:
    app = arrive("attention", attention_checkpoints=["minilm-ner", "gone", "lost"])
    assert "“gone” and “lost” are not available." in bodies(app)
    assert "MiniLM (entities) is shown instead" in bodies(app)
    assert app.multiselect(key="attention_checkpoints").value == ["minilm-ner"]


def test_the_sentence_goes_once_the_visitor_has_chosen(fake: FakeEngine) -> None:
    app = arrive("attention", attention_checkpoints="gone")
    app.multiselect(key="attention_checkpoints").set_value(["minilm-qa"]).run()
    assert "not available" not in bodies(app)
    assert "not available" not in bodies(app.run())


def test_one_that_cannot_do_this_is_told_apart(fake: FakeEngine) -> None:
    app = arrive("fill_mask", fill_checkpoints="minilm-ner")
    assert "“MiniLM (entities)” cannot do this task." in bodies(app)
    assert "MiniLM (masked words) is shown instead; the Models page shows what each model can do." in bodies(app)


def test_an_upload_of_another_visitor_is_not_here(fake: FakeEngine) -> None:
    load_catalog().add(replace(load_catalog()["minilm"], id="theirs-1234", owner="them"))
    try:
        assert "“theirs-1234” is not available." in bodies(arrive("fill_mask", fill_checkpoints="theirs-1234"))
        assert "“theirs-1234” is not available." in bodies(arrive("attention", attention_checkpoints="theirs-1234"))
    finally:
        load_catalog().remove("theirs-1234")


def test_an_upload_that_went_is_told_where_it_was_chosen_and_on_its_page(open_page: Open) -> None:
    row = replace(load_catalog()["minilm"], id="mine-1234", owner="me")
    load_catalog().add(row)
    try:
        app = open_page("attention", visitor="me", own_checkpoints=("mine-1234",), attention_checkpoints=["mine-1234"])
        assert "make room" not in bodies(app)
    finally:
        load_catalog().remove("mine-1234")
    told = "Your upload “mine-1234” was deleted to make room for newer ones."
    app.run()
    assert not app.exception
    assert bodies(app).count(told) == 1
    assert "MiniLM is shown instead; upload it again on Models → My own." in bodies(app)
    app = open_page("models", models_view="My own", own_checkpoints=("mine-1234",))
    assert not app.exception
    assert bodies(app).count(told) == 1


@pytest.mark.parametrize(("page", "picker"), [("attention", "attention_checkpoints"), ("models", "models_one")])
def test_what_only_the_starting_engine_knows_is_waited_for(
    fake: FakeEngine, monkeypatch: pytest.MonkeyPatch, page: str, picker: str
) -> None:
    def start() -> Visit:
        load_catalog().add(replace(load_catalog()["minilm"], id="acme/fetched"))
        monkeypatch.setattr(engine, "ready_visit", lambda: fake.of())
        return fake.of()

    monkeypatch.setattr(engine, "ready_visit", lambda: None)
    monkeypatch.setattr(engine, "visit", start)
    try:
        app = arrive(page, **{picker: "acme/fetched"})
        assert not app.exception
        assert "not available" not in bodies(app)
        assert app.session_state[picker] in ("acme/fetched", ["acme/fetched"])
    finally:
        load_catalog().remove("acme/fetched")
