"""Names that nobody thinks of, of checkpoints, labels, columns and files: on every page and in every export."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.checkpoints.catalog import load_catalog
from core.files.rows import safe_cell
from core.runtime.playground import LocalPlayground
from core.settings import Settings
from core.snippets import snippet
from core.snippets.source import Source
from core.snippets.spaces import Space, search_snippet
from core.tasks.attention.schema import AttentionRequest
from core.tasks.candidate_ranking.schema import CandidateRankingRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest
from core.text.phrases import shorten
from pages.ui.app import engine, link
from pages.ui.app.keys import LONGEST, SAFE, file_stem, safe_key
from pages.ui.app.visitor import visitor_id
from pages.ui.figures import figure
from pages.ui.figures.export import csv as as_csv
from pages.ui.figures.markup import escape, plain_label
from pages.ui.figures.standalone import standalone
from tests.families import save_tiny
from tests.pages.conftest import POPOVERS, ROUTER
from tests.pages.reading import bodies, errors
from tests.working import job_of

Open = Callable[..., AppTest]
NAMES = (
    "my__bert",
    "<img src=x onerror='alert(1)'><b>bold",
    """it's "quoted" \\ `ticked` $cash$ ''' \"\"\" """.strip(),
    "🤖👩‍👩‍👧 :smile: **stars** [link](mailto:a@example.org) # $x^2$",
    "نموذج ‮drow reversed",
    "=1+2;@SUM(A1), comma",
    "__init__",
    "x" * 240,
)
HEADS = (
    "masked-lm",
    "token-classification",
    "question-answering",
    "sequence-classification",
    "encoder",
    "replaced-token-detection",
)

VIEWS: tuple[tuple[str, dict[str, object], str, str], ...] = (  # page, state, key of the picker, what it can do
    ("fill_mask", {}, "fill", "masked-lm"),
    ("fill_mask", {"fill_text": "A ___ of ___.", "fill_together": True}, "fill", "masked-lm"),
    ("fill_mask", {"fill_why": True}, "fill", "masked-lm"),
    ("fill_mask", {"fill_view": "My own words"}, "own", "masked-lm"),
    ("fill_mask", {"fill_view": "Every word"}, "every", "masked-lm"),
    ("fill_mask", {"fill_view": "Spot swaps"}, "swaps", "replaced-token-detection"),
    ("entities", {}, "entities", "token-classification"),
    ("entities", {"entities_view": "Grouping tokens"}, "entities", "token-classification"),
    ("questions", {}, "questions", "question-answering"),
    ("questions", {"questions_view": "Several questions"}, "several", "question-answering"),
    ("classify", {}, "classify", "sequence-classification"),
    ("similarity", {"similarity_layers": True}, "similarity", "encoder"),
    ("similarity", {"view": "One to many"}, "search", "encoder"),
    ("similarity", {"view": "All pairs"}, "matrix", "encoder"),
    ("similarity", {"view": "One word"}, "contexts", "encoder"),
    ("compare", {"task": "fill-mask"}, "compare_fill-mask", "masked-lm"),
    ("compare", {"task": "token-classification"}, "compare_token-classification", "token-classification"),
    ("compare", {"task": "text-classification"}, "compare_text-classification", "sequence-classification"),
    ("attention", {}, "attention", "encoder"),
    ("tokenizers", {}, "tokenizers", "encoder"),
    ("tokenizers", {"tokenizers_view": "IDs and positions"}, "tokenizers", "encoder"),
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a checkpoint of every head under every name; their labels are the names, too."""
    root = tmp_path_factory.mktemp("names")
    for head in HEADS:
        saved = save_tiny("electra", head, root / "saved" / head)
        config = json.loads((saved / "config.json").read_text(encoding="utf-8"))
        if labels := config.get("id2label"):
            prefix = "B-" if head == "token-classification" else ""
            names = {number: prefix + name for number, name in zip(labels, NAMES, strict=False)}
            config |= {"id2label": names, "label2id": {name: int(number) for number, name in names.items()}}
            (saved / "config.json").write_text(json.dumps(config), encoding="utf-8")
        for name in NAMES:
            (root / "shelf").mkdir(exist_ok=True)
            (root / "shelf" / called(name, head)).symlink_to(saved, target_is_directory=True)
    return root / "shelf"


def called(name: str, head: str) -> str:
    """What the checkpoint of that head is called."""
    return f"{name}{HEADS.index(head)}"


@pytest.fixture(scope="module")
def real(shelf: Path) -> Iterator[LocalPlayground]:
    """An engine that offers them beside the bundled ones."""
    before = {row.id for row in load_catalog()}
    yield LocalPlayground(Settings(dtype="float32", local_folder=shelf))
    for id in {row.id for row in load_catalog()} - before:
        load_catalog().remove(id)


@pytest.fixture
def open_page(real: LocalPlayground, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens a page with that engine behind it."""
    monkeypatch.setattr(engine, "visit", lambda: real.of(visitor_id()))
    monkeypatch.setattr(engine, "ready_visit", lambda: real.of(visitor_id()))

    def open_one(name: str, **state: object) -> AppTest:
        app = AppTest.from_file(ROUTER, default_timeout=60).run()
        for key, value in (dict.fromkeys(POPOVERS, True) | state).items():
            app.session_state[key] = value
        return app.switch_page(f"../../{name}.py").run()

    return open_one


def ids(head: str, first: int) -> list[str]:
    """Four of those of that head, from one on."""
    return [called(NAMES[(first + n) % len(NAMES)], head) for n in range(4)]


def check(app: AppTest) -> str:
    """What a page shows, which is neither an error nor markup of a name; its Python is Python."""
    assert not app.exception, app.exception
    assert not errors(app)
    text = bodies(app)
    assert "<img src=x" not in text
    assert "<b>bold" not in text
    for code in app.code:
        compile(code.value, "copied.py", "exec")
    return text


@pytest.mark.parametrize("number", range(len(VIEWS)), ids=[f"{page} {state}" for page, state, *_ in VIEWS])
def test_every_view_takes_every_name(open_page: Open, number: int) -> None:
    page, state, prefix, head = VIEWS[number]
    chosen = ids(head, number)
    app = open_page(page, **state, **{f"{prefix}_checkpoints": chosen})
    text = check(app)
    assert all(escape(one) in text or escape(shorten(one)) in text for one in chosen)
    replies = [one for one in app.session_state[figure.STATE].values() if one.parts]
    assert replies
    assert app.code
    for one in replies:
        assert safe_key(one.key) == one.key
        assert "<img src=x" not in standalone(one, [f"{one.title} of {one.checkpoint}"])


@pytest.mark.parametrize("view", ["What they can do", "Memory", "From the Hub", "My own"])
def test_models_lists_every_name(open_page: Open, view: str) -> None:
    one = called(NAMES[1], "encoder")
    check(open_page("models", models_view=view, models_one=one))


@pytest.fixture(scope="module")
def table() -> tuple[str, bytes, str]:
    """A file whose name, columns and labels are all of these."""
    rows = [dict.fromkeys(NAMES, "x") | {"text": f"A warm day number {n}.", NAMES[1]: NAMES[n % 3]} for n in range(8)]
    return f"{NAMES[1]}{NAMES[2]}.csv", pd.DataFrame(rows).to_csv(index=False).encode(), "text/csv"


def test_a_file_of_such_columns_and_labels_is_judged(
    open_page: Open, real: LocalPlayground, table: tuple[str, bytes, str]
) -> None:
    app = open_page(
        "classify", classify_view="A labelled file", classify_file_checkpoints=ids("sequence-classification", 0)
    )
    app.file_uploader(key="classify_file_file").set_value(table).run()
    app.selectbox(key="classify_file_text_column").set_value("text").run()
    app.button(key="classify_file_go").click().run()
    run = job_of(app, "classify_file_job", real).result
    app.run()
    column = next(one for one in app.selectbox if one.label == "Label column")
    check(column.set_value(NAMES[1]).run())
    header = next(csv.reader(io.StringIO(run.csv())))
    assert {safe_cell(name) for name in NAMES} <= set(header)
    first = json.loads(run.jsonl().splitlines()[0])
    assert set(NAMES) <= set(first)


def test_a_file_of_such_columns_is_compared(
    open_page: Open, real: LocalPlayground, table: tuple[str, bytes, str]
) -> None:
    state = {"compare_view": "A file", "task": "text-classification"}
    prefix = "compare_file_text-classification"
    app = open_page("compare", **state, **{f"{prefix}_checkpoints": ids("sequence-classification", 2)[:2]})
    app.file_uploader(key=f"{prefix}_file").set_value(table).run()
    app.selectbox(key=f"{prefix}_text_column").set_value("text").run()
    app.button(key=f"{prefix}_go").click().run()
    assert job_of(app, f"{prefix}_job", real)
    check(app.run())


def test_a_file_of_such_columns_is_searched_and_drawn(open_page: Open, table: tuple[str, bytes, str]) -> None:
    app = open_page("similarity", view="Search and map", corpus_checkpoints=ids("encoder", 1)[:2], corpus_query="warm")
    app.file_uploader(key="corpus_file").set_value(table).run()
    for look in ("Search", "Duplicates", "Map"):
        app.session_state["corpus_look"] = look
        check(app.run())


@pytest.mark.parametrize("name", NAMES)
def test_code_of_such_names_and_texts_is_code(name: str) -> None:
    row = replace(load_catalog()["minilm-fill-mask"], id=name, name=name, source="local", base="")
    for request in (
        FillMaskRequest(f"{name} ___"),
        CandidateRankingRequest("A ___.", (name, "day")),
        ZeroShotClassificationRequest("A day.", (name, "day")),
        AttentionRequest(name, name),
    ):
        compile(snippet(row, request), "copied.py", "exec")
    space = Space("mean", -1, False)
    compile(search_snippet(row, space, name, Source(f"{name}.csv", (name,)), 5), "copied.py", "exec")


def test_a_line_break_in_a_name_writes_no_line_of_code() -> None:
    row = replace(load_catalog()["minilm-fill-mask"], id="a\nimport os\u2028x\r#", source="local", base="")
    code = snippet(row, FillMaskRequest("A ___."))
    assert not [line for line in code.splitlines() if line.startswith("import os")]


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_safe_and_differ(name: str) -> None:
    key = safe_key(name)
    assert SAFE.fullmatch(key)
    assert len(key) <= LONGEST
    assert safe_key(key) == key
    assert safe_key(f"{name}!") != key


def test_a_plain_name_is_its_key() -> None:
    assert safe_key("minilm-fill-mask") == "minilm-fill-mask"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("reviews.csv", "reviews"),
        ("../../etc/passwd.csv", "passwd"),
        ("C:\\files\\mine.tsv", "mine"),
        ('a"b<c>|?.csv', "a-b-c"),
        ("a\u202egpj.csv", "a-gpj"),
        ("x" * 300 + ".csv", "x" * LONGEST),
        (".csv", "csv"),
        ("", "file"),
        ("مرحبا 😀.csv", "مرحبا 😀"),
    ],
)
def test_names_of_files_are_plain(name: str, stem: str) -> None:
    assert file_stem(name) == stem


def test_a_label_is_no_markdown() -> None:
    assert plain_label("tiny: 0.1 MB") == "tiny\\: 0\\.1 MB"
    assert plain_label("**a** :red[b]\n# $c$") == "\\*\\*a\\*\\* \\:\u2060red\\[b\\] \\# \\$c\\$"


@pytest.mark.parametrize("name", NAMES)
def test_a_link_carries_such_names(name: str) -> None:
    texts = {name: name * 3}
    assert link.unpack(link.pack(texts)) == texts


def test_tables_that_leave_run_no_formula() -> None:
    name = NAMES[5]
    header, row = csv.reader(io.StringIO(as_csv([{name: name}])))
    assert header == row == [f"'{name}"]
