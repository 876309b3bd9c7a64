"""What the app writes into fields counts beside what a visitor changes before the browser has heard of it."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.inputs import writing
from tests.fake_engine import FakeEngine

Open = Callable[..., AppTest]
OWN, EXAMPLE = "Bread is made of ___.", "The capital of France is ___."


@pytest.fixture(autouse=True)
def no_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a slow machine take its time."""
    monkeypatch.setattr(writing, "ON_ITS_WAY_S", 600.0)


def test_an_example_and_a_setting_changed_at_once_both_count(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("fill_mask", fill_text=OWN)
    app.button_group(key="fill_example").set_value("A capital").run()
    app.text_area(key="fill_text").set_value(OWN)  # as the browser still has it
    app.slider(key="fill_top_k").set_value(9).run()
    request = fake.calls[-1][2][0]
    assert (request.text, request.top_k) == (EXAMPLE, 9)
    assert app.text_area(key="fill_text").value == EXAMPLE
    assert app.button_group(key="fill_example").value == "A capital"


def test_a_text_typed_after_an_example_counts(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("fill_mask", fill_text=OWN)
    app.button_group(key="fill_example").set_value("A capital").run()
    app.text_area(key="fill_text").set_value("Snow is ___.").run()
    assert fake.calls[-1][2][0].text == "Snow is ___."


def test_the_old_text_comes_back_once_the_browser_has_heard(
    open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("fill_mask", fill_text=OWN)
    app.button_group(key="fill_example").set_value("A capital").run()
    monkeypatch.setattr(writing, "ON_ITS_WAY_S", 0.0)
    app.text_area(key="fill_text").set_value(OWN).run()
    assert fake.calls[-1][2][0].text == OWN
