"""The page Explain: methods side by side, parts switched off, methods put to the test."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.inspect.choosing import EXPLAINED
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors
from tests.pages.test_jobs import another_visit
from tests.working import job_of

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
    (request,) = (request for task, _, (request,) in fake.calls if task == "ablation")
    assert (request.heads, request.layers, request.each) == (((3, 4), (5, 1)), (2,), "heads")
    assert 'data-act="6.12"' in bodies(app)
    app = open_page("explain", explain_view="Switch it off", explain_heads="three")
    assert "“three” names no heads." in bodies(app)


def test_a_ranking_stands_beside_random_orders(open_page: Open) -> None:
    app = open_page("explain", explain_view="Faithfulness")
    assert "Random orders, on average" in bodies(app)
    assert "is the most faithful here" in bodies(app)
    assert "def value(numbers, filler" in app.code[0].value
    app = open_page("explain", explain_view="Counterfactuals")
    assert "proposals = {}" in app.code[0].value
    app = open_page("explain", explain_view="Counterfactuals", explain_task="token-classification")
    assert not app.code


def test_a_file_is_put_to_the_test_as_a_job(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("explain", explain_view="Faithfulness", explain_source="A file")
    assert "No file yet." in bodies(app)
    app.button(key="explain_faithful_use").click().run()
    assert "48 rows, ready to run" in bodies(app)
    app.button(key="explain_faithful_go").click().run()
    result = job_of(app, "explain_faithful_job", fake).result
    assert [len(one.texts) + one.bad for one in result] == [48]
    app.run()
    assert not app.exception and not errors(app)
    assert "means over" in bodies(app)
    assert "is the most faithful on average" in bodies(app)
    other = another_visit("explain", explain_view="Faithfulness", explain_source="A file",
                          explain_faithful_job=app.session_state["explain_faithful_job"])  # fmt: skip
    assert "is the most faithful on average" in bodies(other)


def test_a_labelled_file_is_pruned_as_a_job(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("explain", explain_view="Switch it off", explain_source="A file")
    app.button(key="explain_off_use").click().run()
    assert app.selectbox(key="explain_off_label_column").value == "label"
    app.button(key="explain_off_go").click().run()
    (found,) = job_of(app, "explain_off_job", fake).result
    assert found.pruned_heads.off[-1] == 72
    app.run()
    assert not app.exception and not errors(app)
    page = bodies(app)
    assert "Without one of the heads" in page
    assert "72 heads can go before the accuracy falls" in page
    assert "60% on SST-2 unnoticed" in page
    app.selectbox(key="explain_off_label_column").set_value("—").run()
    assert "There is no column with labels." in bodies(app)
    assert "explain_off_go" not in [one.key for one in app.button]


def test_claims_about_two_models_stand_apart(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("explain", explain_view="Paper and playground")
    app.button(key="explain_claims_go").click().run()
    found = job_of(app, "explain_claims_job", fake).result
    assert [one.checkpoint for one in found] == ["minilm-fill-mask", *["minilm-sentiment"] * 5]
    assert found[0].verdict == "not measured", "the fake engine fills every gap with Paris"
    app.run()
    assert not app.exception
    assert "The model does not know the verbs of our sentences." in bodies(app)
    assert bodies(app).count("pg-verdict ") == 6
