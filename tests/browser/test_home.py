"""Home as somebody types: the cards answer in their places, and each leads to its page with the sentence."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from core.first_look import opening
from pages.ui.app.page_table import find_page
from pages.ui.views.home.cards import CARDS
from tests.browser.visiting import at_rest, change, finished, follow, go, sideways

NewPage = Callable[..., Page]
SENTENCE = "Tom was sad because his dog ran away from Oslo."
PLACES = "cards => cards.map(c => c.getBoundingClientRect()).map(r => [r.x, r.y, r.width, r.height])"
TOPS = """cards => {
  const box = document.querySelector(".st-key-home_text").getBoundingClientRect().bottom; // it grows to its text
  return cards.map(card => card.getBoundingClientRect()).map(one => [one.top - box, one.height].map(Math.round));
}"""


def answered(page: Page) -> Page:
    """Home with the answers to SENTENCE."""
    page.get_by_label("Your sentence").fill(SENTENCE)
    expect(page.locator(".st-key-card-reading-names")).to_contain_text("was sad")
    expect(page.locator(".st-key-home-line")).to_contain_text("Answered in")
    return finished(page)


@pytest.mark.parametrize("width", [1366, 731, 390])
def test_the_cards_answer_in_their_places(server: str, new_page: NewPage, width: int) -> None:
    page = go(new_page(width), server)
    expect(page.locator(".st-key-card-reading-links svg text").first).to_have_text("Clara")
    cards = page.locator("[class*=st-key-card-reading-]")
    before = at_rest(page).locator("[class*=st-key-card-reading-]").evaluate_all(TOPS)
    answered(page)
    expect(cards.nth(0).locator(".pg-bars li")).to_have_count(4)
    expect(cards.nth(1).locator("mark").nth(1)).to_contain_text("Oslo")
    expect(cards.nth(2)).to_contain_text("negative")
    expect(cards.nth(3).locator(".pg-bars li.best")).to_contain_text("dog")
    expect(page.locator(".st-key-card-reading-links svg text").first).to_have_text("Tom")
    assert at_rest(page).locator("[class*=st-key-card-reading-]").evaluate_all(TOPS) == before
    assert sideways(page) == 0


@pytest.mark.parametrize("width", [1366, 390])
def test_the_first_answers_come_before_any_script_and_the_page_takes_their_place(
    server: str, browser: Browser, width: int
) -> None:
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        page, held = context.new_page(), []
        page.route("**/static/js/index.*.js", lambda route: held.append(route))
        page.goto(server, wait_until="commit")
        paint = page.locator("#first-paint")
        expect(paint.locator("svg text").first).to_have_text("Clara")
        served = paint.locator("[class*=st-key-card-reading-]").evaluate_all(PLACES)
        for route in held:
            route.continue_()
        expect(paint).to_have_count(0)
        there = at_rest(finished(page)).locator("[class*=st-key-card-reading-]").evaluate_all(PLACES)
        assert np.abs(np.subtract(served, there)).max() <= 1


def test_nothing_jumps_and_nothing_is_unescaped_whatever_is_typed(server: str, new_page: NewPage) -> None:
    page = go(new_page(1366), server)
    expect(page.locator(".st-key-card-reading-links svg text").first).to_have_text("Clara")
    cards = page.locator("[class*=st-key-card-reading-]")
    before = cards.evaluate_all(TOPS)
    for text in ("", "🦜", "<b>bold</b> " * 20, "x" * 300, "word " * 90):
        change(page, partial(page.get_by_label("Your sentence").fill, text))
        expect(page.locator(".st-key-home-line")).not_to_contain_text("Change the sentence")
        expect(page.locator(".st-key-home-line p, .st-key-home-line .pg-callout").first).to_be_visible()
        assert at_rest(page).locator("[class*=st-key-card-reading-]").evaluate_all(TOPS) == before, text
        expect(page.locator(".pg-text b")).to_have_count(0)


def test_each_card_leads_to_its_page_with_the_sentence(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask?fill_view=Every+word&fill_text=Something+else.")
    page.get_by_label("Navigate to home page").click()
    for card in CARDS:
        expect(page.get_by_label("Your sentence")).to_be_visible()
        answered(page)
        page.locator(f".st-key-card-reading-{card.reading}").click(position={"x": 200, "y": 70})
        title = find_page(card.file).title
        expect(page.locator(".pg-head h1")).to_have_text(title)
        expect(page).to_have_title(f"{title} · BERT playground")
        wanted = card.query(SENTENCE)
        for box in ("fill_text", "entities_text", "classify_text", "search_query", "attention_text"):
            if box in wanted:
                expect(page.locator(f".st-key-{box} :is(input, textarea)")).to_have_value(wanted[box])
        finished(page)
        page.get_by_label("Navigate to home page").click()


def test_a_page_card_is_a_link_as_a_whole(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server)
    page.locator(".st-key-card-leaderboard").click(position={"x": 150, "y": 60})
    expect(page.locator(".pg-head h1")).to_have_text("Leaderboard")


def test_home_keeps_its_sentence(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server)
    box = page.get_by_label("Your sentence")
    height = box.bounding_box()["height"]
    box.fill("My grandmother, who was born near the sea, always said that bread is made of flour and salt. " * 2)
    assert box.bounding_box()["height"] > 1.4 * height
    address = answered(page).url
    follow(page, "Entities").go_back()
    expect(page.get_by_label("Your sentence")).to_have_value(SENTENCE)
    assert page.url == address
    follow(finished(page), "Entities")
    page.get_by_label("Navigate to home page").click()
    expect(page.get_by_label("Your sentence")).to_have_value(SENTENCE)
    other = go(new_page(), address)
    expect(other.get_by_label("Your sentence")).to_have_value(SENTENCE)
    assert opening().sentence != SENTENCE
