"""Names that nobody thinks of, of checkpoints, labels, columns and files: on every page and in every export."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.catalog import load_catalog
from core.local_engine import LocalEngine
from core.settings import Settings
from pages.ui import engine
from pages.ui.visitor import visitor_id
from tests.families import save_tiny
from tests.pages.conftest import ROUTER
from tests.pages.reading import bodies, errors

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
    ("entities", {"entities_view": "Ways of joining"}, "entities", "token-classification"),
    ("questions", {}, "questions", "question-answering"),
    ("questions", {"questions_view": "Several questions"}, "several", "question-answering"),
    ("classify", {}, "classify", "sequence-classification"),
    ("similarity", {"similarity_layers": True}, "similarity", "encoder"),
    ("similarity", {"view": "One against many"}, "search", "encoder"),
    ("similarity", {"view": "All against all"}, "matrix", "encoder"),
    ("similarity", {"view": "One word"}, "contexts", "encoder"),
    ("compare", {"task": "fill-mask"}, "compare_fill-mask", "masked-lm"),
    ("compare", {"task": "token-classification"}, "compare_token-classification", "token-classification"),
    ("compare", {"task": "text-classification"}, "compare_text-classification", "sequence-classification"),
    ("attention", {}, "attention", "encoder"),
    ("tokenizers", {}, "tokenizers", "encoder"),
    ("tokenizers", {"tokenizers_view": "Ids and places"}, "tokenizers", "encoder"),
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
def real(shelf: Path) -> Iterator[LocalEngine]:
    """An engine that offers them beside the bundled ones."""
    before = {row.id for row in load_catalog()}
    yield LocalEngine(Settings(dtype="float32", local_folder=shelf))
    for id in {row.id for row in load_catalog()} - before:
        load_catalog().remove(id)


@pytest.fixture
def open_page(real: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens a page with that engine behind it."""
    monkeypatch.setattr(engine, "get_engine", lambda: real.of(visitor_id()))
    monkeypatch.setattr(engine, "ready_engine", lambda: real.of(visitor_id()))

    def open_one(name: str, **state: object) -> AppTest:
        app = AppTest.from_file(ROUTER, default_timeout=60).run()
        for key, value in state.items():
            app.session_state[key] = value
        return app.switch_page(f"../{name}.py").run()

    return open_one


@pytest.mark.parametrize("names", [NAMES[:4], NAMES[4:]], ids=["first four", "last four"])
@pytest.mark.parametrize(("page", "state", "prefix", "head"), VIEWS)
def test_every_view_takes_every_name(
    open_page: Callable[..., AppTest],
    page: str,
    state: dict[str, object],
    prefix: str,
    head: str,
    names: tuple[str, ...],
) -> None:
    ids = [called(name, head) for name in names]
    app = open_page(page, **state, **{f"{prefix}_checkpoints": ids})
    assert not app.exception, app.exception
    assert not errors(app)
    text = bodies(app)
    assert "<img src=x" not in text and "<b>bold" not in text
    for code in app.code:
        compile(code.value, "copied.py", "exec")
