"""The leaderboard: its three views with invented variants, and the page without any."""

import re
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.checkpoints.cards import card_file, read_scores
from core.checkpoints.catalog import load_catalog, spoken
from core.first_answers import first_answers
from core.leaderboard.board import GENERATOR, variants
from core.leaderboard.columns import QUALITY, Column
from core.paths import ROOT
from pages.ui.figures import figure
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors
from tests.variants import rows, write

Open = Callable[..., AppTest]


def keep_only_others(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Takes the variants that the catalogue has and what is built on them out of it; the rows that stay."""
    first_answers()  # Home's, read while the weights that gave them are there
    catalog = load_catalog()
    gone = {row.id for row in catalog if row.source == "bundled" and not row.base}
    others = {row.id: row for row in catalog if row.id not in gone and row.base not in gone}
    monkeypatch.setattr(catalog, "_rows", others)
    return others


@pytest.fixture
def invented(fake: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The engine with the invented variants in its catalogue."""
    write(tmp_path)
    monkeypatch.setattr("core.checkpoints.cards.MODELS", tmp_path)
    monkeypatch.setattr(load_catalog(), "_rows", keep_only_others(monkeypatch) | {row.id: row for row in rows()})
    monkeypatch.setattr(fake.library, "scores", lambda id: read_scores(card_file(load_catalog()[id])))
    return fake


def table_order(app: AppTest) -> list[str]:
    """The variants as the table has them."""
    text = bodies(app)
    ids = [row.id for row in variants(load_catalog()) if not row.id.endswith(GENERATOR)]
    return sorted(ids, key=lambda id: text.index(f"<b>{spoken(id)}</b>"))


def go_to_compare(app: AppTest, key: str) -> list[str]:
    """The checkpoints that are chosen on Compare once the button has been pressed."""
    app.button(key=f"leaderboard_try_{key}").click().run()
    assert not app.exception
    assert "<h1>Compare</h1>" in bodies(app)
    (chosen,) = (element.value for element in app.multiselect if element.label == "Models")
    return chosen


def test_without_a_variant_the_page_says_how_to_make_one(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_only_others(monkeypatch)
    for view in ("Scores", "Curves", "Claims"):
        app = open_page("leaderboard", leaderboard_view=view)
        assert not errors(app)
        assert "There are no variants yet." in bodies(app)
        assert "python -m recipes pretrain NAME --data DIR" in bodies(app)


@pytest.mark.parametrize("view", ["Scores", "Curves", "Claims"])
def test_every_view_opens_and_its_figures_leave(open_page: Open, invented: FakeEngine, view: str) -> None:
    app = open_page("leaderboard", leaderboard_view=view)
    assert not app.exception
    assert not errors(app)
    assert [one for one in app.session_state[figure.STATE].values() if one.parts]
    labels = [element.label for element in app.get("download_button")]
    assert labels[:2] == ["CSV", "JSON"]
    assert "HTML" in labels


def test_the_page_opens_alone(invented: FakeEngine) -> None:
    app = AppTest.from_file(ROOT / "pages" / "leaderboard.py", default_timeout=30).run()
    assert not app.exception
    assert "What this does not tell you" in bodies(app)


@pytest.mark.parametrize("column", QUALITY, ids=lambda column: column.id)
def test_the_table_is_sorted_by_any_column(open_page: Open, invented: FakeEngine, column: Column) -> None:
    app = open_page("leaderboard", leaderboard_view="Scores", leaderboard_column=column.title)
    assert not errors(app)
    order = table_order(app)
    electra_first = "electra" if column.id not in ("hidden-word", "among-five") else "deberta"
    expected = "deberta" if column.id == "word-order" else electra_first
    assert order[0] == f"mini-{expected}"
    assert f"<span>{escape(column.help)}</span>" in bodies(app)
    assert bodies(app).count(f'title="{escape(column.help)}">{column.title}</th>') == 1


def test_the_page_opens_on_the_claims(open_page: Open, invented: FakeEngine) -> None:
    app = open_page("leaderboard")
    assert app.segmented_control(key="leaderboard_view").options == ["Claims", "Scores", "Curves"]
    assert bodies(app).count('<div class="pg-claim">') == 4


def test_measures_are_grouped_and_what_is_the_same_for_all_is_said_once(open_page: Open, invented: FakeEngine) -> None:
    text = bodies(open_page("leaderboard", leaderboard_view="Scores"))
    heads = re.findall(r'<th scope="colgroup" role="columnheader" class="in-\d" colspan="(\d)">([^<]+)</th>', text)
    assert heads == [("1", "Sorted by"), ("7", "Quality: higher is better"), ("2", "Cost: lower is cheaper")]
    assert "The same for all: parameters 22.7 M; training time 60.0 min; text read 30.0 M tokens." in text
    assert 'data-label="Time per sentence (ms)"' in text
    assert 'data-label="Text read (millions)"' not in text
    by_text = bodies(open_page("leaderboard", leaderboard_view="Scores", leaderboard_column="Text read"))
    assert 'data-label="Text read (millions)"' in by_text


def test_costs_sort_the_other_way(open_page: Open, invented: FakeEngine) -> None:
    app = open_page("leaderboard", leaderboard_view="Scores", leaderboard_column="Time per sentence")
    assert table_order(app)[0] == "mini-distilbert"
    assert ">1.1</span>" in bodies(app)


def test_an_empty_cell_has_its_reason_and_the_best_its_mark(open_page: Open, invented: FakeEngine) -> None:
    text = bodies(open_page("leaderboard", leaderboard_view="Scores"))
    assert text.count("<small>no masked-word head</small>") == 2
    assert (
        'pg-best" title="the best, share of masked words that the first guess gets right, 1,000 rows of encyclopedia'
        in text
    )
    assert 'pg-close" title="statistically tied with the best' in text


def test_columns_are_explained_and_the_generator_is_told_of(open_page: Open, invented: FakeEngine) -> None:
    text = bodies(open_page("leaderboard", leaderboard_view="Scores"))
    assert "6,700 rows of grammatical minimal pairs (BLiMP)" in text
    assert "Mini electra predicts no words itself. Mini electra generator does: masked words 0.150" in text


def test_the_best_can_be_tried(open_page: Open, invented: FakeEngine) -> None:
    chosen = go_to_compare(open_page("leaderboard", leaderboard_view="Scores"), "best")
    assert chosen == ["mini-deberta", "mini-roberta", "mini-bert", "mini-distilbert"]
    assert {(task, checkpoint) for task, checkpoint, _ in invented.calls} == {("fill-mask", id) for id in chosen}
    chosen = go_to_compare(open_page("leaderboard", leaderboard_view="Scores", leaderboard_column="Sentiment"), "best")
    assert chosen[0] == "mini-electra-sentiment"
    assert len(chosen) == 4


def test_what_was_chosen_on_compare_before_gives_way(open_page: Open, invented: FakeEngine) -> None:
    app = open_page("compare", task="fill-mask", compare_view="Two inputs")
    app.switch_page("../../leaderboard.py").run()
    app.segmented_control(key="leaderboard_view").set_value("Claims").run()
    assert go_to_compare(app, "electra") == ["mini-electra-sentiment", "mini-bert-sentiment"]
    assert app.session_state["compare_view"] == "Several models"


@pytest.mark.parametrize("axis", ["Text read", "Time"])
@pytest.mark.parametrize("field", ["Masked-token accuracy", "Loss", "Swap-detection F1"])
def test_curves_have_a_line_a_variant(open_page: Open, invented: FakeEngine, field: str, axis: str) -> None:
    app = open_page("leaderboard", leaderboard_view="Curves", leaderboard_field=field, leaderboard_axis=axis)
    assert not errors(app)
    chart = next(part for part in app.session_state[figure.STATE]["curves"].parts if not isinstance(part, str))
    assert len(chart.data) == (1 if field == "Swap-detection F1" else 5)
    assert list(chart.data[0].x) == ([10, 20, 30] if axis == "Text read" else [20, 40, 60])


def test_heads_have_curves_of_their_loss(open_page: Open, invented: FakeEngine) -> None:
    app = open_page("leaderboard", leaderboard_view="Curves", leaderboard_training="Entities")
    assert app.selectbox(key="leaderboard_field").options == ["Loss"]
    assert "Where each variant ended: Loss" in bodies(app)


def test_a_training_that_began_with_easier_examples_says_so(open_page: Open, invented: FakeEngine) -> None:
    notes = {
        training: [element.value for element in captions(open_page, training) if "easier" in element.value]
        for training in ("Pretraining", "Questions", "Entities")
    }
    assert [bool(found) for found in notes.values()] == [False, True, False]


def captions(open_page: Open, training: str) -> list:
    """The captions below the curves of a training."""
    app = open_page("leaderboard", leaderboard_view="Curves", leaderboard_training=training)
    return list(app.caption)


def test_claims_are_cards_with_numbers_and_a_verdict(open_page: Open, invented: FakeEngine) -> None:
    app = open_page("leaderboard", leaderboard_view="Claims")
    text = bodies(app)
    assert text.count('<div class="pg-claim">') == 4
    for paper in ("2003.10555", "1910.01108", "2006.03654", "1907.11692"):
        assert f'href="https://arxiv.org/abs/{paper}"' in text
    assert "Mini deberta scores 0.100 more than Mini bert on word order;" in text
    assert 'pg-verdict-yes">holds here' in text
    assert 'pg-verdict-no">does not hold here' in text
    assert 'pg-verdict-open">too close to tell' in text
    assert len([button for button in app.button if button.label == "Try the two in Compare"]) == 4


def test_a_claim_needs_two_variants(open_page: Open, invented: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_catalog(), "_rows", {row.id: row for row in rows() if row.family == "bert"})
    app = open_page("leaderboard", leaderboard_view="Claims")
    assert "These variants are not in any of the claims." in bodies(app)
