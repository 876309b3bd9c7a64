"""Home: the sentence it opens with needs no engine; every other one is asked; each card leads to its page."""

from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import ModelLoadError
from core.first_look import MOST_CHARACTERS, opening
from pages.ui.app import engine
from pages.ui.app.page_table import PAGES, grouped
from pages.ui.inputs.writing import LONGEST_IN_ADDRESS
from pages.ui.views.home import cards
from tests.fake_engine import FakeEngine
from tests.pages.conftest import ROUTER
from tests.pages.reading import bodies, errors

SENTENCE = "Oslo <b>is</b> cold & dark in winter."
Open = Callable[..., AppTest]


def links(app: AppTest) -> dict[str, tuple[str, dict[str, list[str]]]]:
    """Page and query of each card, by its title."""
    protos = [element.proto for element in app.main if element.type == "page_link"]
    return {one.label.strip("*"): (one.page, parse_qs(one.query_string)) for one in protos}


def test_the_first_answers_are_there_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> None:
        raise AssertionError("Home waits for the engine")

    monkeypatch.setattr(engine, "visit", never)
    monkeypatch.setattr(engine, "ready_visit", lambda: None)
    app = AppTest.from_file(ROUTER, default_timeout=30).run()
    assert not app.exception
    text = bodies(app)
    for part in ("piano", "person", "place", "positive", "Layer 4, head 2"):
        assert part in text


def test_nothing_is_shown_for_it_if_the_weights_are_others(
    open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "first_answers", lambda: None)
    assert "&lt;b&gt;lyon&lt;/b&gt;" in bodies(open_page("home")), "the engine answers"
    assert len({task for task, _, _ in fake.calls}) == 5


def test_another_sentence_is_read_in_five_ways(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("home", home_text=SENTENCE)
    assert not errors(app)
    assert len(fake.calls) == 5
    assert all(requests[0].text.startswith("Oslo <b>is</b>") for _, _, requests in fake.calls)
    text = bodies(app)
    assert "Oslo &lt;b&gt;is&lt;/b&gt; cold &amp; dark in" in text
    assert "<b>is</b>" not in text
    assert "Answered in" in text


def test_each_answer_leads_to_its_page_with_the_sentence(open_page: Open) -> None:
    found = links(open_page("home", home_text=SENTENCE))
    assert found["Hidden word"] == ("fill-mask", {"fill_text": [SENTENCE.replace("winter", "___")]})
    assert found["Names"] == ("entities", {"entities_text": [SENTENCE]})
    assert found["Sentiment"] == ("classify", {"classify_text": [SENTENCE]})
    page, query = found["Nearest sentences"]
    assert (page, query["search_query"]) == ("similarity", [SENTENCE])
    assert query["search_texts"][0].splitlines() == list(opening().neighbours)
    assert found["One attention head"][1]["attention_layer"] == [str(opening().layer)]


@pytest.mark.parametrize("card", cards.CARDS, ids=lambda card: card.reading)
def test_the_page_takes_what_its_link_says(fake: FakeEngine, card: cards.Card) -> None:
    app = AppTest.from_file(ROUTER, default_timeout=30).run()
    for key, value in card.query(SENTENCE).items():
        app.query_params[key] = value
    app.switch_page(f"../../{card.file}").run()
    assert not app.exception
    asked = [request.text for _, _, requests in fake.calls for request in requests]
    assert SENTENCE.replace("winter", "___" if card.reading == "hidden" else "winter") in asked
    if card.reading == "links":
        assert (app.slider(key="attention_layer").value, app.slider(key="attention_head").value) == (
            opening().layer,
            opening().head,
        )


def test_a_link_comes_before_what_was_there_earlier(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("fill_mask", fill_view="Every word", fill_text="An earlier ___.")
    app.switch_page("../../home.py").run()
    app.query_params.clear()
    app.query_params["fill_text"] = "A newer ___."
    app.switch_page("../../fill_mask.py").run()
    assert app.text_area(key="fill_text").value == "A newer ___."
    assert fake.calls[-1][0] == "fill-mask"


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "nothing to read yet"), (" ", "nothing to read yet"), ("x" * (MOST_CHARACTERS + 1), "up to 300")],
)
def test_what_is_no_sentence_is_one_sentence(open_page: Open, fake: FakeEngine, text: str, message: str) -> None:
    app = open_page("home", home_text=text)
    assert not app.exception
    (error,) = errors(app)
    assert message in error
    assert not fake.calls
    assert links(app)["Names"] == ("entities", {"entities_text": [text]} if text.strip() else {})
    assert ("Click the card to read the whole text." in bodies(app)) == (len(text) > MOST_CHARACTERS)


def test_a_text_too_long_for_the_address_is_to_be_pasted(open_page: Open) -> None:
    app = open_page("home", home_text="x" * (LONGEST_IN_ADDRESS + 1))
    assert links(app)["Names"] == ("entities", {})
    assert bodies(app).count("paste this one there") == len(cards.CARDS)


def test_one_answer_that_fails_leaves_the_others(open_page: Open, fake: FakeEngine) -> None:
    fake.broken["minilm-ner"] = ModelLoadError("Cannot read <it>.", "Try again.")
    app = open_page("home", home_text="Oslo is cold.")
    (error,) = errors(app)
    assert "Cannot read &lt;it&gt;." in error
    assert "positive" in bodies(app)


@pytest.mark.parametrize("text", ["🦜 👩‍👩‍👧", "שלום עולם", "a\x00b \x1b[0m", "one"])
def test_unusual_sentences_are_read(open_page: Open, text: str) -> None:
    app = open_page("home", home_text=text)
    assert not app.exception
    assert "\x00" not in bodies(app)


def test_every_page_has_a_card_in_its_group(open_page: Open) -> None:
    app = open_page("home")
    found = links(app)
    for page in PAGES:
        assert not page.url_path or found[page.title] == (page.url_path, {})
    text = bodies(app)
    places = [text.index(f">{group}</h2>") for group in grouped() if group]
    assert places == sorted(places)
