"""Where things stand: what is asked beside what comes out, and what moves when the window is narrow."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visiting import at_rest, go

NewPage = Callable[..., Page]


def box_of(page: Page, selector: str) -> dict[str, Any]:
    """Where the first element of that selector is."""
    box: dict[str, Any] = page.locator(selector).first.evaluate("e => e.getBoundingClientRect().toJSON()")
    return box


@pytest.mark.parametrize("width", [1100, 1920])
def test_what_is_asked_stands_beside_what_comes_out(server: str, new_page: NewPage, width: int) -> None:
    page = at_rest(go(new_page(width), server, "fill-mask"))
    left, right = box_of(page, ".st-key-asking"), box_of(page, ".st-key-answering")
    assert left["right"] <= right["left"]
    assert 370 <= left["width"] <= 400
    assert right["right"] > width - 60
    answer, cost = box_of(page, ".pg-bars"), box_of(page, ".pg-cost")
    assert cost["left"] > answer["right"] if width > 1700 else cost["top"] > answer["bottom"]
    expect(page.get_by_role("combobox", name="Models")).to_be_visible()
    expect(page.get_by_text("Settings", exact=True)).to_be_hidden()


def test_what_is_asked_stays_while_the_result_scrolls(server: str, new_page: NewPage) -> None:
    page = go(new_page(1280), server, "fill-mask?fill_view=Every+word")
    page.set_viewport_size({"width": 1280, "height": 540})
    page.locator(".pg-caveat").scroll_into_view_if_needed()
    assert box_of(at_rest(page), ".pg-model")["bottom"] < 0
    assert 0 <= box_of(page, ".st-key-asking")["top"] < 100


def test_the_settings_are_one_line_that_opens_where_it_is_narrow(server: str, new_page: NewPage) -> None:
    page = go(new_page(390), server, "fill-mask")
    picker, line = page.get_by_role("combobox", name="Models"), page.get_by_text("Settings", exact=True)
    expect(picker).to_be_hidden()
    expect(page.locator(".pg-chosen")).to_contain_text("MiniLM")
    line.click()
    expect(picker).to_be_visible()
    expect(page.get_by_role("slider", name="Words to show per gap")).to_be_visible()
    line.click()
    expect(picker).to_be_hidden()


def test_four_models_have_the_width_of_the_window(server: str, new_page: NewPage) -> None:
    ids = ("minilm", "mini-bert", "mini-roberta", "mini-electra")
    chosen = "&".join(f"attention_checkpoints={one}" for one in ids)
    page = at_rest(go(new_page(1920), server, f"attention?{chosen}"))
    boxes = [one.bounding_box() for one in page.locator(".pg-model").all()]
    assert len(boxes) == 4
    assert all(box and box["width"] > 300 for box in boxes)
    colours = page.locator(".stColumn:has(.pg-model)").evaluate_all(
        "all => all.map(e => getComputedStyle(e).getPropertyValue('--accent'))"
    )
    assert colours[0] == colours[1], "both are of BERT's family"
    assert len(set(colours)) == 3


def test_the_sentence_stands_twice_at_most(server: str, new_page: NewPage) -> None:
    sentence = "The pilot landed the ___ on the runway."
    chosen = "fill_checkpoints=minilm-fill-mask&fill_checkpoints=minilm-fill-mask-short"
    page = go(new_page(), server, f"fill-mask?{chosen}&fill_text={sentence}")
    expect(page.locator(".pg-model")).to_have_count(2)
    expect(page.get_by_label("Sentence, with")).to_have_value(sentence)
    expect(page.get_by_role("button", name="Hide this word: pilot")).to_have_count(1)
    expect(page.locator(".pg-text:visible")).to_have_count(0)
