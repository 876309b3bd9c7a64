"""What a rerun does not do: look up, build and draw what nobody asked for, or what is there already."""

import gc
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.tasks.attention.schema import AttentionRequest, AttentionResult
from pages.ui.figures import export, heads
from tests.fake_engine import FakeEngine
from tests.pages.conftest import POPOVERS

Open = Callable[..., AppTest]
THREE = {"compare_fill-mask_checkpoints": ["minilm-fill-mask", "mini-bert", "mini-roberta"]}


@pytest.mark.parametrize(
    ("page", "state"), [("fill_mask", {}), ("compare", THREE), ("attention", {}), ("entities", {})]
)
def test_what_is_loaded_is_looked_up_once_a_rerun(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, page: str, state: dict[str, object]
) -> None:
    app = open_page(page, **state)
    looked: list[int] = []
    status = FakeEngine.status
    monkeypatch.setattr(FakeEngine, "status", lambda self: looked.append(1) or status(self))
    app.run()
    assert looked == [1]
    app.run()
    assert looked == [1, 1]


def test_code_and_cards_are_made_when_their_popover_is_opened(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    snippet, card = export.snippet, export.card
    monkeypatch.setattr(export, "snippet", lambda *request: made.append("code") or snippet(*request))
    monkeypatch.setattr(export, "card", lambda checkpoint: made.append("card") or card(checkpoint))
    app = open_page("fill_mask", **dict.fromkeys(POPOVERS, False))
    assert not made
    assert not app.code
    app.session_state["popover-python"] = True
    app.run()
    assert made == ["code"]
    assert app.code
    app.session_state["popover-python"], app.session_state["popover-about"] = False, True
    app.run()
    assert made == ["code", "card"]


def test_downloads_are_made_when_they_are_clicked(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def unasked(*_: object) -> str:
        raise AssertionError("made before anybody asked")

    for name in ("csv", "json_text", "standalone"):
        monkeypatch.setattr(export, name, unasked)
    app = open_page("fill_mask")
    assert not app.exception
    assert {"CSV", "JSON", "HTML"} <= {element.label for element in app.get("download_button")}


def test_the_pictures_of_heads_are_made_once_and_go_with_their_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    png = heads.png
    monkeypatch.setattr(heads, "ink", lambda: heads.INK["light"])
    monkeypatch.setattr(heads, "png", lambda *head: drawn.append(1) or png(*head))
    (found,) = FakeEngine().run("attention", "minilm", [AttentionRequest("A b")])
    assert isinstance(found, AttentionResult)
    layers, count = found.attentions.shape[:2]
    assert heads.head_images(found) is heads.head_images(found)
    assert heads.grid(found).count("<img") == len(drawn) == layers * count
    assert heads.sheet(found) is heads.sheet(found)
    place = id(found.attentions)
    assert [key[1] for key in heads._made].count(place) == 2
    del found
    gc.collect()
    assert place not in [key[1] for key in heads._made]


def test_other_weights_get_pictures_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "ink", lambda: heads.INK["light"])
    first, second = FakeEngine().run("attention", "minilm", [AttentionRequest("A b"), AttentionRequest("A b c d")])
    assert heads.head_images(first) != heads.head_images(second)
    assert not np.array_equal(first.attentions, second.attentions)
