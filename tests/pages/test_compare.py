"""Compare: every task in every view, agreement told and marked, one failure alone, quality beside cost."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.checkpoints.catalog import load_catalog
from core.errors import CapacityError
from core.files.tables import read_table
from core.tasks import TASKS
from core.tasks.attention import agreement as heads
from pages.ui.answers.picture import picture_of
from pages.ui.app import families
from pages.ui.inputs.examples import examples
from pages.ui.views.comparison.file_rows import differing_rows
from tests.fake_engine import FakeEngine
from tests.pages.test_pages import bodies, errors
from tests.working import job_of

Open = Callable[..., AppTest]
EVERY_TASK = pytest.mark.parametrize("task", TASKS)
pytestmark = pytest.mark.usefixtures("twins")  # so that two checkpoints can do any task
SHORT = {"compare_token-classification_checkpoints": ["minilm-ner", "minilm-ner-short"]}
TWO, FILE = {"compare_view": "Two inputs"}, {"compare_view": "A file"}


@EVERY_TASK
def test_several_checkpoints(open_page: Open, fake: FakeEngine, task: str) -> None:
    app = open_page("compare", task=task)
    assert not app.exception
    assert not errors(app)
    able = [row.id for row in fake.catalog.supporting(task)]
    assert [checkpoint for _, checkpoint, _ in fake.calls] == [*(picture_of(task).models or able[:2])]
    text = bodies(app)
    assert "The cost and quality of each model" in text
    assert 'pg-note" role="status"><b' in text
    assert "Overlap 100%." in text


@pytest.mark.parametrize("task", [task for task in TASKS if picture_of(task).models])
def test_models_that_a_task_opens_with_are_of_two_families(task: str) -> None:
    rows = [load_catalog().require(task, id) for id in picture_of(task).models]
    assert len({row.family for row in rows}) == len(rows) == 2


def test_a_nurse_and_an_engineer_stand_side_by_side(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("compare", **TWO)
    assert [call[2][0].text for call in fake.calls] == [
        "The nurse said that ___ was tired.",
        "The engineer said that ___ was tired.",
    ]
    lit = [app.session_state[f"compare_fill-mask{which}_example"] for which in ("", "_b")]
    assert lit == list(picture_of("fill-mask").inputs)


def test_tasks_are_called_as_pages_call_them_and_the_address_keeps_their_ids(open_page: Open) -> None:
    app = open_page("compare", task="token-classification")
    box = app.selectbox(key="task_shown")
    assert box.options == [TASKS[task].title for task in TASKS]
    assert box.value == "token-classification"
    box.select("question-answering").run()
    assert app.session_state["task"] == "question-answering"
    assert app.text_area(key="compare_question-answering_question").value
    assert app.query_params["task"] == "question-answering"


@EVERY_TASK
def test_two_inputs(open_page: Open, fake: FakeEngine, task: str) -> None:
    app = open_page("compare", task=task, **TWO)
    assert not app.exception
    assert not errors(app)
    requests = [call[2][0] for call in fake.calls]
    assert len(requests) == 2
    assert requests[0] != requests[1]
    assert "Answer to input A" in bodies(app)
    assert 'pg-note" role="status"><b' in bodies(app)


@EVERY_TASK
def test_a_file(open_page: Open, fake: FakeEngine, task: str) -> None:
    app = run_file(open_page, fake, task)
    assert not app.exception
    assert not errors(app)
    assert "rows agree" in bodies(app)
    assert "100%" in bodies(app)
    assert "Rows per second" in bodies(app)


def run_file(open_page: Open, fake: FakeEngine, task: str, **state: object) -> AppTest:
    """The page after a run over the example file."""
    app = open_page("compare", task=task, **FILE, **state)
    app.button(key=f"compare_file_{task}_use").click().run()
    app.button(key=f"compare_file_{task}_go").click().run()
    assert job_of(app, f"compare_file_{task}_job", fake)
    return app.run()


def test_what_differs_is_told_and_marked(open_page: Open, fake: FakeEngine) -> None:
    fake.blind.add("minilm-ner-short")
    text = bodies(open_page("compare", task="token-classification", **SHORT))
    assert "They agree on 0 of 1 name." in text
    assert "Differences have a dashed outline." in text
    assert 'class="dashed"' in text
    assert "MiniLM (entities) vs. MiniLM (entities, short training)" in text
    assert "effect of longer training" in text


def test_what_each_model_says_has_the_colour_of_its_family(open_page: Open) -> None:
    text = bodies(open_page("compare", **{"task": "text-classification"}))
    assert text.count('class="pg-model pg-family-bert"') == text.count('class="pg-model pg-family-deberta"') == 1


def test_a_bar_of_a_difference_has_the_colour_of_the_model_that_gives_more(open_page: Open, fake: FakeEngine) -> None:
    fake.blind.add("mini-deberta-ner")
    text = bodies(open_page("compare", task="token-classification"))
    (signed,) = re.findall(r'<ul class="pg-bars pg-signed".*?</ul>', text)
    assert set(re.findall(r"--c:(.*?)\"", signed)) == {families.hue("bert")}
    assert "bar points to the model that gives more" in text
    changed = bodies(open_page("compare", task="pseudo-likelihood", **TWO))
    assert "pg-sides" not in changed


def test_quality_stands_beside_cost(open_page: Open) -> None:
    text = bodies(open_page("compare", task="text-classification"))
    assert "<b>0.750</b> accuracy, made-up rows" in text
    attention = bodies(open_page("compare", task="attention"))
    assert "not measured for this task" in attention
    assert "Divergence of each head" in attention


def test_one_that_fails_does_not_lose_the_others(open_page: Open, fake: FakeEngine) -> None:
    fake.broken["mini-deberta-sentiment"] = CapacityError("It needs 9 GB; 1 GB is free.", "Choose a smaller one.")
    app = open_page("compare", task="text-classification")
    assert len(errors(app)) == 1
    assert bodies(app).count('class="pg-bars"') == 1
    file = run_file(open_page, fake, "text-classification")
    (error,) = errors(file)
    assert "Mini DeBERTa (sentiment): It needs 9 GB" in error
    assert "Only one model has answered." in bodies(file)


def test_one_checkpoint_alone_is_told_to_take_another(open_page: Open) -> None:
    app = open_page(
        "compare", **{"task": "text-classification", "compare_text-classification_checkpoints": ["minilm-nli"]}
    )
    assert "Choose a second one to see where they differ." in bodies(app)


def test_one_bad_input_does_not_lose_the_other(open_page: Open) -> None:
    app = open_page("compare", **{"task": "text-classification", "compare_text-classification_b_text": " "}, **TWO)
    assert len(errors(app)) == 1
    assert bodies(app).count('class="pg-bars"') == 1


def test_the_first_input_is_that_of_the_other_view(open_page: Open, fake: FakeEngine) -> None:
    open_page("compare", **{"task": "fill-mask", "compare_fill-mask_text": "Mine ___."}, **TWO)
    assert fake.calls[0][2][0].text == "Mine ___."


def test_rows_that_differ_are_listed(open_page: Open, fake: FakeEngine) -> None:
    fake.blind.add("mini-deberta-ner")
    text = bodies(run_file(open_page, fake, "token-classification"))
    assert "Rows with the biggest differences" in text
    assert re.search(r'title="DeBERTa">De</span> mini-deberta-ner</th>', text)
    assert "PER Angela" in text


def test_columns_that_are_called_like_checkpoints_or_results(open_page: Open, fake: FakeEngine) -> None:
    fake.blind.add("mini-deberta-ner")
    names = ["text", "row", "overlap", "minilm-ner", "entities", "predicted_entities", "results", "input_row"]
    table = read_table("odd.csv", "\n".join([",".join(names), "Anna sleeps.,r,o,m,e,p,x,i"]).encode())
    state = {"compare_file_token-classification_table": table}
    app = open_page("compare", task="token-classification", **FILE, **state)
    app.button(key="compare_file_token-classification_go").click().run()
    run = job_of(app, "compare_file_token-classification_job", fake).result
    app.run()
    assert not app.exception
    assert "0 of 1 rows agree" in bodies(app)
    header, cells = csv.reader(io.StringIO(differing_rows("token-classification", run, run.checkpoints)))
    assert len(set(header)) == len(header)
    found = dict(zip(header, cells, strict=True))
    assert (found["minilm-ner"], found["mini-deberta-ner"], found["overlap"]) == ("PER Anna", "", "0.0")
    assert (found["input_minilm-ner"], found["input_overlap"], found["input_input_row"]) == ("m", "o", "r")
    assert (found["input_row"], found["predicted_entities"], found["results"]) == ("i", "p", "x")


@pytest.mark.parametrize(
    ("state", "pairs"), [({"compare_attention_checkpoints": ["minilm", "minilm-ner", "minilm-qa"]}, 3), (TWO, 1)]
)
def test_heads_are_laid_side_by_side_once(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, state: dict[str, object], pairs: int
) -> None:
    computed: list[object] = []
    divergences = heads.divergences
    monkeypatch.setattr(heads, "divergences", lambda *two: computed.append(two) or divergences(*two))
    example = examples("attention")[0]["text"]
    app = open_page("compare", task="attention", compare_attention_b_text=example, **state)
    assert not app.exception
    assert bodies(app).count("pg-head-table") == max(1, pairs - 1)
    assert len(computed) == pairs
