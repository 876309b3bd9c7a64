"""The page Explain: methods side by side, parts switched off, methods put to the test."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.inspect.choosing import EXPLAINED
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors

Open = Callable[..., AppTest]
VIEWS = ("What it rests on", "Switch it off", "Faithfulness", "Counterfactuals")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("task", EXPLAINED)
def test_every_task_can_be_explained_in_every_view(open_page: Open, task: str, view: str) -> None:
    app = open_page("explain", explain_view=view, explain_task=task)
    assert not app.exception
    if (task, view) == ("sentence-similarity", "Counterfactuals"):
        assert "is a number" in errors(app)[0]
    else:
        assert not errors(app)


def test_methods_stand_side_by_side(open_page: Open) -> None:
    app = open_page("explain")
    page = bodies(app)
    assert "Integrated gradients: why “positive”?" in page
    assert "Attention: why “positive”?" in page
    assert "Methods compared" in page
    assert "It was never made to explain" in page


def test_a_chosen_class_is_explained(open_page: Open) -> None:
    app = open_page("explain", **{"explain_text-classification_wanted": "negative"})
    assert "why “negative”?" in bodies(app)
    app = open_page("explain", **{"explain_text-classification_wanted": "lovely"})
    assert "There is no class “lovely”." in bodies(app)


def test_parts_are_switched_off(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("explain", explain_view="Switch it off", explain_heads="3.4, 5.1", explain_layers="2")
    request = fake.calls[-1][2][0]
    assert (request.heads, request.layers, request.each) == (((3, 4), (5, 1)), (2,), "heads")
    assert 'data-act="6.12"' in bodies(app)
    app = open_page("explain", explain_view="Switch it off", explain_heads="three")
    assert "“three” names no heads." in bodies(app)


def test_a_ranking_stands_beside_random_orders(open_page: Open) -> None:
    app = open_page("explain", explain_view="Faithfulness")
    assert "Random orders, on average" in bodies(app)
    assert "is the most faithful here" in bodies(app)
