"""Odd texts on every page and view with the real engine: an answer or a sentence, and the rest of the page stays."""

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.checkpoints.catalog import load_catalog
from core.paths import ROOT
from core.runtime.playground import LocalPlayground
from core.settings import Settings
from pages.ui.app import engine
from pages.ui.inputs.forms import form_of
from tests.pages.reading import bodies, errors

ODD = {
    "nothing that a vocabulary knows": "\u0301\u0302",
    "bytes of letters, blanks at the ends": " Élan \ufffd \u3000",
    "one endless word": "x" * 600,
    "right to left, control characters, HTML": "\u202eשלום\x00\x1b[0m<b onmouseover=alert(1)>&amp;",
    "emoji, ligatures, gaps": "👩\u200d👩\u200d👧 ﷺ … ﬁ ___ [MASK] $x {}",
}
COMPARED = ("fill-mask", "token-classification", "question-answering", "text-classification")
VIEWS: dict[str, tuple[str, dict[str, object]]] = {  # page and state; {} stands for the text
    "gaps": ("fill_mask", {"fill_text": "{} ___"}),
    "gaps together": ("fill_mask", {"fill_text": "{} ___ ___", "fill_together": True}),
    "own words": ("fill_mask", {"fill_view": "My own words", "own_text": "{} ___", "own_candidates": "{}, cat"}),
    "every word": ("fill_mask", {"fill_view": "Every word", "every_text": "{}", "every_hide": False}),
    "swaps": ("fill_mask", {"fill_view": "Spot swaps", "swaps_text": "{}"}),
    "entities": ("entities", {"entities_text": "{}", "entities_aggregation": "none"}),
    "ways of joining": ("entities", {"entities_view": "Grouping tokens", "ways_text": "{}"}),
    "questions": ("questions", {"questions_question": "{}", "questions_context": "{}", "questions_why": True}),
    "classes": ("classify", {"classify_text": "{}", "classify_why": True}),
    "labels": ("classify", {"classify_view": "My own labels", "zero_text": "{}", "zero_candidate_labels": "{}, cat"}),
    "two texts": ("similarity", {"similarity_text_a": "{}", "similarity_text_b": "{}", "similarity_layers": True}),
    "one against many": ("similarity", {"view": "One to many", "search_query": "{}", "search_texts": "{}\ncat"}),
    "all against all": ("similarity", {"view": "All pairs", "matrix_texts": "{}\ncat"}),
    "one word": ("similarity", {"view": "One word", "contexts_word": "cat", "contexts_texts": "{} cat\na cat"}),
    "attention": ("attention", {"attention_text": "{}", "attention_text_pair": "{}"}),
    "pieces": ("tokenizers", {"tokenizers_text": "{}"}),
    "ids": ("tokenizers", {"tokenizers_view": "IDs and positions", "tokenizers_text": "{}"}),
    "vocabulary": ("tokenizers", {"tokenizers_view": "Vocabulary", "tokenizers_wanted": "{}"}),
    "catalogue": ("models", {"models_view": "From the Hub", "models_find": "{}"}),
    **{
        f"compare {task}": (
            "compare",
            {"task": task} | {f"compare_{task}_{name}": "{}" for name in form_of(task).labels},
        )
        for task in COMPARED
    },
}


@pytest.fixture(scope="module")
def real() -> LocalPlayground:
    return LocalPlayground(Settings(device="cpu"), load_catalog())


@pytest.fixture
def opened(real: LocalPlayground, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], AppTest]]:
    """Opens the router with an engine that answers."""
    monkeypatch.setattr(engine, "visit", lambda: real.of())
    monkeypatch.setattr(engine, "ready_visit", lambda: real.of())

    def open_one(name: str) -> AppTest:
        app = AppTest.from_file(ROOT / "pages" / "ui" / "app" / "router.py", default_timeout=60).run()
        return app.switch_page(f"../../{name}.py")

    return open_one


@pytest.mark.parametrize("view", VIEWS)
def test_odd_texts(opened: Callable[[str], AppTest], view: str) -> None:
    page, state = VIEWS[view]
    app = opened(page)
    for text in ODD.values():
        for key, value in state.items():
            app.session_state[key] = value.replace("{}", text) if isinstance(value, str) else value
        app.run()
        assert not app.exception, f"{text!r}: {app.exception[0].message}"
        assert all(len(told) < 800 for told in errors(app))
        assert "What this does not tell you" in bodies(app), "the rest of the page is lost"
        assert "<b onmouseover" not in bodies(app)
        assert "\x00" not in bodies(app)
