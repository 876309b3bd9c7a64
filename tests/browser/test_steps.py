"""Step by step in a browser: played, gone through by key, a token followed."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.visiting import change, go, sideways

NewPage = Callable[..., Page]


def test_steps_are_played_gone_through_by_key_and_followed(server: str, new_page: NewPage) -> None:
    page = go(new_page(width=390), server, "steps?steps_checkpoints=mini-bert")
    steps, title = page.locator(".steps"), page.locator(".steps h2")
    expect(title).to_have_text("1 Tokens and their ids")
    steps.focus()
    page.keyboard.press("Space")
    expect(title).to_have_text("2 Word embeddings")
    expect(steps.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(steps.get_by_role("button", name="Play")).to_be_visible()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(title).to_have_text("5 Their sum")
    steps.get_by_role("button", name="france").click()
    expect(steps.locator(".numbers")).to_contain_text("“france”: ")
    steps.get_by_role("button", name="Attention").click()
    steps.get_by_role("slider", name="Step").press("End")
    expect(title).to_have_text(re.compile("The answer$"))
    expect(steps.locator(".at")).to_have_text("At “france”:")
    page.set_viewport_size({"width": 1280, "height": 900})
    change(page, lambda: page.get_by_role("slider", name="Layer").press("ArrowLeft"))
    expect(title).to_have_text(re.compile("The answer$"))
    page.set_viewport_size({"width": 375, "height": 800})
    steps.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(steps.locator(".cells canvas")).to_be_visible()
    assert sideways(page) == 0
