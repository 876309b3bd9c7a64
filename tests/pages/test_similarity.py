"""The views of Similarity: what is asked of the engine, what is shown, what is said where nothing can be."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.vectors import projection
from core.vectors.cache import VectorCache
from pages.ui.views.vectors import corpus
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors
from tests.working import job_of

Open = Callable[..., AppTest]
MANY = "Search and map"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.vectors.corpus.open_vector_cache", lambda: VectorCache(tmp_path, 10**8))


def csv_of(rows: int) -> bytes:
    return ("text,topic\n" + "".join(f"Sentence {n} {'x' * n},topic {n % 3}\n" for n in range(rows))).encode()


def test_a_pair_stands_among_unrelated_ones(open_page: Open) -> None:
    app = open_page("similarity")
    assert "Among pairs of unrelated sentences" in bodies(app)
    assert "of them</b>" in bodies(app) or "of them:" in bodies(app)
    assert not app.get("plotly_chart")
    app.toggle(key="similarity_layers").set_value(True).run()
    assert len(app.get("plotly_chart")) == 1


def test_centring_changes_the_cosine(open_page: Open) -> None:
    app = open_page("similarity", view="One to many")
    plain = bodies(app)
    assert "Nearest sentences" in plain
    app.toggle(key="search_centred").set_value(True).run()
    assert bodies(app) != plain
    assert "after centring" in bodies(app)


def test_all_pairs_in_another_order(open_page: Open) -> None:
    app = open_page("similarity", view="All pairs")
    plain = bodies(app)
    assert "pg-matrix" in plain
    app.toggle(key="matrix_sort").set_value(True).run()
    assert len(bodies(app)) == len(plain)
    assert not errors(app)


def test_limits_and_empty_states(open_page: Open) -> None:
    app = open_page("similarity", view="All pairs", matrix_texts="\n".join(f"Line {n}" for n in range(99)))
    assert "There are 99 lines" in errors(app)[0]
    for state in ({"view": "All pairs", "matrix_texts": "One"}, {"view": "One word", "contexts_texts": "One"}):
        assert "at least two sentences" in bodies(open_page("similarity", **state))
    assert "nothing to compare yet" in bodies(open_page("similarity", view="One to many", search_query=""))


def test_one_word_on_the_layer_that_is_chosen(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("similarity", view="One word")
    assert fake.calls[-1][0] == "word-in-context"
    assert "Layer 6" in bodies(app)
    app.slider(key="contexts_layer").set_value(2).run()
    assert "Layer 2" in bodies(app)
    app = open_page("similarity", view="One word", contexts_word="giraffe")
    assert "“giraffe” is not in the text" in errors(app)[0]


def test_the_example_is_searched_at_once(open_page: Open) -> None:
    app = open_page("similarity", view=MANY)
    assert "<b>240</b> texts embedded" in bodies(app)
    assert "among 240 texts" in bodies(app)
    app.text_input(key="corpus_query").set_value("").run()
    assert "nothing to search for yet" in bodies(app)


def test_a_file_with_its_rows_and_groups(open_page: Open) -> None:
    app = open_page("similarity", view=MANY)
    app.file_uploader(key="corpus_file").set_value(("mine.csv", csv_of(30), "text/csv")).run()
    assert "among 30 texts" in bodies(app)
    app.session_state["corpus_look"] = "Map"
    app.run()
    assert app.selectbox(key="corpus_colours").options[0] == "topic"
    assert len(app.get("plotly_chart")) == 1


def test_duplicates_over_a_threshold(open_page: Open) -> None:
    twice = b"text\n" + b"Twice the same.\nTwice the same.\nSomething quite else.\n"
    app = open_page("similarity", view=MANY, corpus_look="Duplicates")
    app.file_uploader(key="corpus_file").set_value(("mine.csv", twice, "text/csv")).run()
    assert "1 group" in bodies(app)
    assert "1 of 3 texts are redundant" in bodies(app)
    assert "row 2" in bodies(app)
    assert "row 3" in bodies(app)


def test_many_texts_wait_for_a_word(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "AT_ONCE", 20)
    app = open_page("similarity", view=MANY)
    assert "vectors in" not in bodies(app)
    (button,) = [one for one in app.button if one.label == "Embed 240 texts"]
    button.click().run()
    assert not app.exception


def test_lines_can_be_pasted(open_page: Open) -> None:
    app = open_page("similarity", view=MANY, corpus_pasted="One line.\n\nAnother <b>line</b>.\nA third.")
    (button,) = [one for one in app.button if one.label == "Use these lines"]
    button.click().run()
    assert "among 3 texts" in bodies(app)
    assert "<b>line</b>" not in bodies(app)


def test_a_wrong_file_names_row_and_column(open_page: Open) -> None:
    app = open_page("similarity", view=MANY)
    bad = io.BytesIO(b"text,topic\nfine,a\nonly one cell\n").getvalue()
    app.file_uploader(key="corpus_file").set_value(("bad.csv", bad, "text/csv")).run()
    assert "“topic” is missing" in errors(app)[0]
    assert "There are no texts yet" in bodies(app)


def test_several_checkpoints_stand_side_by_side(open_page: Open) -> None:
    app = open_page("similarity", view=MANY, corpus_checkpoints=["minilm", "minilm-ner"])
    assert bodies(app).count("among 240 texts") == 2
    assert "<b>480</b> texts embedded" in bodies(app)


def test_a_layer_that_is_not_there_is_said(open_page: Open, fake: FakeEngine) -> None:
    fake.broken["minilm"] = InputError("There is no layer 40.", "Choose 0 to 6.")
    app = open_page("similarity", view=MANY)
    assert "There is no layer 40" in errors(app)[0]
    assert not app.exception


def test_a_query_that_is_too_long_leaves_the_rest(open_page: Open) -> None:
    app = open_page("similarity", view=MANY, corpus_query="x" * 60_000)
    assert "60,000 characters" in errors(app)[0]
    assert "<b>240</b> texts embedded" in bodies(app)


def test_a_file_without_any_vector_is_said(open_page: Open) -> None:
    app = open_page("similarity", view=MANY)
    app.file_uploader(key="corpus_file").set_value(("empty.csv", b"text,topic\n,x\n,y\n", "text/csv")).run()
    assert not app.exception
    assert "2 texts have no vector." in errors(app)[0]
    assert "in row 2" in errors(app)[0]


def test_a_column_of_many_values_colours_nothing_by_itself(open_page: Open) -> None:
    rows = "".join(f"{n},A sentence number {n}.\n" for n in range(30))
    app = open_page("similarity", view=MANY, corpus_look="Map")
    app.file_uploader(key="corpus_file").set_value(("ids.csv", f"id,text\n{rows}".encode(), "text/csv")).run()
    assert app.selectbox(key="corpus_colours").value == "one colour for all"
    app.selectbox(key="corpus_colours").select("id").run()
    assert app.get("plotly_chart")[0].proto.spec.count("all others") > 0


QUICK = "import io, sys, numpy as np; np.save(sys.stdout.buffer, np.load(io.BytesIO(sys.stdin.buffer.read()))[:, :2])"


def test_a_map_that_takes_long_is_announced_and_then_drawn(
    open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "LAYOUT", [sys.executable, "-c", QUICK])  # UMAP takes a quarter of a minute
    app = open_page("similarity", view=MANY, corpus_look="Map", corpus_way="UMAP")
    assert not app.get("plotly_chart")
    assert "Computing the map" in app.get("progress")[0].proto.text
    assert job_of(app, "corpus_umap_minilm", fake)
    app.run()
    assert len(app.get("plotly_chart")) == 1
    assert "Neighbours stay neighbours" in bodies(app)
