"""The switch of light and dark: no reload, all that is drawn follows, and it lasts over pages and reloads."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.visiting import finished, go

NewPage = Callable[..., Page]


def pixels(canvas: Locator) -> str:
    return str(canvas.evaluate("e => e.toDataURL()"))


def test_a_choice_of_dark_is_followed_and_lasts(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "attention?attention_picture=Heat+map&attention_text=The+soups+were+cold.")
    app = page.locator(".stApp")
    head, axis = (
        page.get_by_role("button", name="Layer 1, head 1", exact=True).locator("canvas"),
        page.locator(".map text").first,
    )
    expect(app).to_have_css("color-scheme", "light")
    drawn, color = pixels(head), str(axis.evaluate("e => getComputedStyle(e).fill"))
    page.get_by_role("radio", name="System").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    expect(app).to_have_css("color-scheme", "dark")
    for _ in range(100):
        if pixels(head) != drawn:
            break
        page.wait_for_timeout(50)
    assert pixels(head) != drawn
    expect(axis).not_to_have_css("fill", color)
    assert "The+soups" in finished(page).url
    go(page, server, "entities")
    expect(app).to_have_css("color-scheme", "dark")
    page.get_by_role("radio", name="System").check(force=True)
    expect(app).to_have_css("color-scheme", "light")
