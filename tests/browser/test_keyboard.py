"""Pages as they are used without a mouse: every step can be taken by keyboard, and one sees where the focus is."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visiting import finished, go

NewPage = Callable[..., Page]
OUTLINES = """() => [document, ...[...document.querySelectorAll("*")].map(e => e.shadowRoot).filter(Boolean)]
  .flatMap(root => [...root.querySelectorAll(root === document ? ".stHtml [tabindex]" : "button:enabled")])
  .map(e => {
    e.focus();
    const look = getComputedStyle(e);
    return [e.ariaLabel, look.outlineStyle === "none" ? 0 : parseFloat(look.outlineWidth)];
  })"""
IS_FOCUSED = "e => e.getRootNode().activeElement === e"


def tab_to(page: Page, target: Locator, key: str = "Tab") -> Locator:
    """The element, reached by pressing a key again and again."""
    target.wait_for()
    for _ in range(150):
        page.keyboard.press(key)
        if target.evaluate(IS_FOCUSED):
            return target
    raise AssertionError(f"The keyboard does not reach {target}.")


def test_fill_mask_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask")
    pills = page.get_by_role("radiogroup", name="Examples").get_by_role("radio")
    tab_to(page, pills.first)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(pills.nth(1)).to_be_checked()
    finished(page)
    box = page.get_by_role("textbox", name="Sentence, with ___ for each hidden word")
    tab_to(page, box)
    page.keyboard.press("Control+A")
    page.keyboard.type("She studied ___ in Oxford.")
    oxford = page.get_by_role("button", name="Hide this word: Oxford")
    expect(oxford).to_be_visible()
    tab_to(finished(page), oxford)
    page.keyboard.press("Enter")
    expect(box).to_have_value("She studied ___ in ___.")
    gap = page.get_by_role("button", name="Show the word again").last
    assert finished(page) and gap.evaluate(IS_FOCUSED), "the place in the text is kept"
    for name in ("Pictures", "Python", "About"):
        button = tab_to(page, page.locator(".st-key-leave-row").get_by_role("button", name=name))
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
        finished(page).keyboard.press("Escape")
        expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
        expect(button).to_be_focused()


def test_similarity_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "similarity")
    views = page.get_by_role("radiogroup", name="View").get_by_role("radio")
    tab_to(page, views.first)
    tab_to(page, page.get_by_role("radio", name="One word", exact=True), "ArrowRight")
    page.keyboard.press("Enter")
    slider = page.get_by_role("slider", name="Layer (0: embeddings)")
    expect(slider).to_have_value("6")
    tab_to(page, slider)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".pg-sub").filter(has_text="Layer 4")).to_be_visible()


def write(page: Page, label: str, text: str) -> None:
    """Goes to a text box by the keyboard, writes into it and sends it off."""
    tab_to(finished(page), page.get_by_role("textbox", name=label, exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")


def test_spotting_swaps_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask")
    tab_to(page, page.get_by_role("radiogroup", name="View").get_by_role("radio").first)
    tab_to(page, page.get_by_role("radio", name="Spot swaps"), "ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_count(10)
    write(page, "Sentence", "The queen lives in a large tomato.")
    expect(page.locator("mark").nth(6)).to_have_text("tomato")
    expect(page.locator(".pg-sub").first).to_contain_text("word is")
    tab_to(finished(page), page.get_by_role("region", name="Each word and whether it was swapped"))


def test_entities_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "entities")
    write(page, "Text", "Ada Lovelace wrote to Charles Babbage from London.")
    expect(page.locator("mark").first).to_contain_text("Ada Lovelace")
    slider = tab_to(page, page.get_by_role("slider", name="Minimum score"))
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("1")
    expect(page.locator("mark")).to_have_count(0)


def test_questions_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "questions")
    write(page, "Question", "Who opened the door?")
    write(finished(page), "Passage", "It had rained all night. Then Marta opened the door and called the dog.")
    expect(page.locator("mark").first).to_have_text("Marta")


def test_classify_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "classify")
    write(page, "Text", "What a dull and clumsy film.")
    expect(page.locator(".pg-bars li.best")).to_contain_text("negative")


def test_compare_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "compare?task=text-classification")
    expect(page.locator(".pg-model")).to_have_count(2)
    tab_to(finished(page), page.get_by_role("combobox", name="Models"))
    page.keyboard.press("Backspace")
    expect(page.locator(".pg-model")).to_have_count(1)
    tab_to(finished(page), page.get_by_role("radiogroup", name="View").get_by_role("radio").first, "Shift+Tab")
    tab_to(page, page.get_by_role("radio", name="Two inputs"), "ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Input B: text")).to_be_visible()


def test_attention_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "attention")
    tab_to(page, page.get_by_role("button", name="Layer 1, head 5"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Layer 1, head 5")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("slider", name="Head")).to_have_value("5")


def test_leaderboard_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "leaderboard?leaderboard_view=Scores")
    tab_to(page, page.get_by_role("combobox", name="Sort by"))
    page.keyboard.type("Time per sentence")
    page.keyboard.press("Enter")
    expect(page.locator(".pg-sub").filter(has_text="Sorted by “Time per sentence”")).to_be_visible()
    tab_to(finished(page), page.get_by_role("region", name="Scores and costs of the variants"))
    page.set_viewport_size({"width": 731, "height": 900})  # the costs stand behind, so that nothing scrolls sideways
    table = page.get_by_role("region", name="Scores and costs of the variants")
    expect(page.get_by_role("columnheader", name="Parameters (millions)")).to_be_hidden()
    assert table.evaluate("table => table.scrollWidth - table.clientWidth") == 0
    tab_to(page, page.locator(".pg-more summary"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Parameters (millions)")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Grammar")).to_be_hidden()
    assert table.evaluate("table => table.scrollWidth - table.clientWidth") == 0
    tab_to(page, page.get_by_role("radio", name="Claims"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".pg-claim").first).to_be_visible()
    tab_to(finished(page), page.get_by_role("button", name="Try the two in Compare").first)
    page.keyboard.press("Enter")
    expect(page.locator(".pg-head h1")).to_have_text("Compare")
    expect(finished(page).locator(".pg-model")).to_have_count(2)


def test_models_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "models")
    tab_to(page, page.get_by_role("radiogroup", name="View").get_by_role("radio").first)
    tab_to(page, page.get_by_role("radio", name="From the Hub"), "ArrowRight")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("textbox", name="Show models with"))
    page.keyboard.type("legal")
    page.keyboard.press("Enter")
    expect(page.get_by_text("LegalBERT")).to_be_visible()
    expect(page.get_by_text("BERT large, cased")).to_have_count(0)


def test_home_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = finished(go(new_page(), server))
    word = tab_to(page, page.locator(".st-key-card-reading-hidden .pg-act").nth(1))
    named = word.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your sentence")).to_have_value(re.compile(f" {named}\.$"))
    tab_to(finished(page), page.get_by_role("main").get_by_role("link", name="Tokenizers", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".pg-head h1")).to_have_text("Tokenizers")
    home = page.get_by_test_id("stTopNavLink").filter(has_text="Home")
    tab_to(finished(page), home, "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".pg-families")).to_be_visible()


def test_tokenizers_by_keyboard_alone(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "tokenizers")
    write(page, "Text", "An unaffable cat")
    pieces = page.locator(".pg-word").filter(has_text="unaffable").locator("i").first.locator(".pg-piece")
    expect(pieces).to_have_text(["una", "##ffa", "##ble"])
    tab_to(finished(page), page.get_by_role("region", name="How each tokenizer splits the text"))
    button = tab_to(page, page.locator(".st-key-leave-row").get_by_role("button", name="Python"))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stPopoverBody")).to_contain_text("An unaffable cat")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    tab_to(finished(page), page.get_by_role("radiogroup", name="View").get_by_role("radio").first, "Shift+Tab")
    tab_to(page, page.get_by_role("radio", name="Vocabulary"), "ArrowRight")
    page.keyboard.press("Enter")
    write(page, "Find tokens that contain", "affable")
    expect(page.get_by_text("No token in this vocabulary contains “affable”.")).to_be_visible()


@pytest.mark.parametrize("path", ["fill-mask", "fill-mask?fill_view=Every+word", "compare", "attention"])
def test_what_we_draw_shows_where_the_focus_is(server: str, new_page: NewPage, path: str) -> None:
    page = go(new_page(), server, path)
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    page.keyboard.press("Tab")
    outlines = page.evaluate(OUTLINES)
    assert outlines
    assert not [name for name, width in outlines if width < 2]
