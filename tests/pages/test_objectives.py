"""The page Objectives: what is asked of a model follows the controls, and the lessons set them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from core.pretraining.job import PretrainRun
from core.pretraining.report import PieceFill, PretrainOutcome, PretrainPoint, PretrainReport, PretrainStart
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors
from tests.working import job_of

Open = Callable[..., AppTest]
TEXT = "one two three four five six seven eight nine ten"


def test_a_model_is_asked_for_what_was_drawn_in_each_epoch(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("objectives", masked_text=TEXT, masked_rate=0.3, masked_random=0.0, masked_epochs=3)
    assert not app.exception
    _, checkpoint, requests = fake.calls[-1]
    assert checkpoint == "minilm-fill-mask"
    assert [len(one.shown) for one in requests] == [3, 3, 3]
    assert len({one.shown for one in requests}) > 1
    assert "3 epochs, dynamic" in bodies(app)
    assert "1,000 draws over this sentence" in bodies(app)
    assert "30.0 ± 0.0 %" in bodies(app)
    app.toggle(key="masked_dynamic").set_value(False).run()
    assert len({one.shown for one in fake.calls[-1][2]}) == 1
    assert "3 different tokens are predicted in all" in bodies(app)


def test_the_same_seed_draws_the_same(open_page: Open, fake: FakeEngine) -> None:
    asked = []
    for seed in (1, 1, 2):
        open_page("objectives", masked_text=TEXT, masked_seed=seed)
        asked.append(fake.calls[-1][2])
    assert asked[0] == asked[1] != asked[2]


def test_shares_above_all_tokens_are_told(open_page: Open) -> None:
    app = open_page("objectives", masked_random=0.8, masked_keep=0.6)
    assert "Random and kept are 140 % together." in errors(app)[0]


def test_an_answer_in_the_lesson_sets_the_controls_once(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("objectives", masked_text=TEXT)
    first, second, *_ = app.radio(key="masked_lesson_1").options
    app.radio(key="masked_lesson_1").set_value(second).run()
    assert app.slider(key="masked_keep").value == 1.0
    assert {id for one in fake.calls[-1][2] for _, id in one.shown} <= set(range(1000, 1010))
    assert "Not quite." in bodies(app)
    app.slider(key="masked_keep").set_value(0.5).run()
    app.radio(key="masked_lesson_1").set_value(first).run()
    assert app.slider(key="masked_keep").value == 0.5
    assert "Yes." in bodies(app)


def test_pairs_of_documents_are_judged_by_themselves(open_page: Open, fake: FakeEngine) -> None:
    documents = "The cat sat.\nIt ate.\nIt slept.\n\nA dog ran."
    app = open_page("objectives", objectives_view="Next sentence", nsp_documents=documents)
    assert not app.exception
    assert "How often Mini BERT says “B follows A”" in bodies(app)
    assert "7 pairs from 2 documents of yours" in bodies(app)
    assert "<bdi>It ate.</bdi> — <bdi>The cat sat.</bdi>" in bodies(app)
    app.radio(key="next-sentence_lesson_1").set_value("B follows A").run()
    assert "album" in fake.calls[-1][2][0].text_b
    assert "Not quite." in bodies(app)


def test_a_single_document_is_told(open_page: Open) -> None:
    app = open_page("objectives", objectives_view="Next sentence", nsp_documents="One.\nTwo.")
    assert "There is 1 document." in errors(app)[0]


def test_changed_words_are_marked_and_the_score_is_kept(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("objectives", objectives_view="Replaced tokens", rtd_text="the cat sat here", rtd_share=0.5)
    assert not app.exception
    assert [requests[0].text.count("___") for task, _, requests in fake.calls if task == "fill-mask"][-1] == 2
    assert [len(requests) for _, _, requests in fake.calls[-2:]] == [2, 2]
    assert "No score yet." in bodies(app)
    assert "nothing is changed; false alarms: 0" in bodies(app)
    app.text_area(key="rtd_own").set_value("the carpet sat there").run()
    assert "2 changed, 1 noticed; false alarms: 0" in bodies(app)
    app.text_area(key="rtd_own").set_value("the book sat here").run()
    assert [one.unnoticed for one in app.session_state["rtd_rounds"].values()] == [1, 1, 0, 0]
    app.button(key="rtd_again").click().run()
    assert app.text_area(key="rtd_own").value == "the cat sat here"
    app.text_area(key="rtd_text").set_value("another sentence").run()
    assert app.text_area(key="rtd_own").value == "another sentence"


def test_the_lesson_on_swaps_changes_the_visitors_sentence(open_page: Open) -> None:
    app = open_page("objectives", objectives_view="Replaced tokens", rtd_text="the cat sat here")
    app.radio(key="replaced_lesson_1").set_value(app.radio(key="replaced_lesson_1").options[0]).run()
    assert app.text_area(key="rtd_own").value == "The chef cooked a meal in the planet of the hotel."
    assert "gives your change a probability of 0.10" in bodies(app)


def test_a_gap_in_the_sentence_is_told(open_page: Open) -> None:
    app = open_page("objectives", objectives_view="Replaced tokens", rtd_text="A ___ sat.")
    assert "The sentence has a gap." in errors(app)[0]


PRETRAIN = "Pre-train a tiny one"


@pytest.fixture
def pretrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretrainings that are over at once."""

    def run(work: PretrainRun, engine: Any, library: Any, state: Any) -> None:
        count = len(work.order.plan.contenders)
        fills = (PieceFill("they", 0.9), PieceFill("<i>", 0.05, 0.7))
        points = tuple(PretrainPoint(n, 9, 9216, 5.0, 6.5 - n, 6.0, 0.25, fills) for n in range(count))
        outcomes = tuple(PretrainOutcome(n, 9, 0.25, 60.0, 9216, "Its time is up.") for n in range(count))
        start = PretrainStart(2000, 65_000, 6_000, 1024, (9,) * count, (9,) * count)
        state.result = state.shown = PretrainReport(0, start, points, outcomes, ("mini-bert", "mini-electra")[:count])
        state.done = state.total

    monkeypatch.setattr(PretrainRun, "run", run)


def test_two_objectives_learn_and_what_came_out_is_shown(open_page: Open, fake: FakeEngine, pretrained: None) -> None:
    app = open_page("objectives", objectives_view=PRETRAIN, pretrain_against="replaced-tokens", pretrain_seconds=30)
    assert not app.exception
    assert "Press Pre-train to see a network learn from nothing" in bodies(app)
    app.button(key="pretrain_go").click().run()
    plan = job_of(app, "pretrain_job", fake).work.order.plan
    assert [one.objective for one in plan.contenders] == ["masked-tokens", "replaced-tokens"]
    assert (plan.seconds, plan.tokens) == (30, 0)
    app.run()
    body = bodies(app)
    assert "Its time is up. The best weights are those after step 9." in body
    assert "<b>they " in body
    assert "&lt;i&gt;" in body
    assert "Mini BERT is ready." in body
    links = [parse_qs(element.proto.query_string) for element in app.main if element.type == "page_link"]
    assert {"fill_checkpoints": ["mini-bert"], "fill_text": ["The horses ran because ___ were hungry."]} in links
    assert any(["The horses ran because they were hungry."] in link.values() for link in links)


def test_too_short_a_text_and_a_sentence_without_a_gap_are_refused(open_page: Open, pretrained: None) -> None:
    app = open_page("objectives", objectives_view=PRETRAIN, pretrain_text_from="Typed here", pretrain_text="Too short.")
    assert "The text has 2 words; 300 are needed." in errors(app)[0]
    assert app.button(key="pretrain_go").disabled
    app = open_page("objectives", objectives_view=PRETRAIN, pretrain_sentence="No gap.")
    app.button(key="pretrain_go").click().run()
    assert "The sentence to watch needs one gap." in errors(app)[0]


def test_its_lesson_sets_the_controls(open_page: Open) -> None:
    app = open_page("objectives", objectives_view=PRETRAIN)
    radio = app.radio(key="pretraining_lesson_1")
    radio.set_value(radio.options[0]).run()
    assert not app.exception
    assert app.slider(key="pretrain_against_rate").value == 0.4
