"""Going to a page, and waiting until it is finished."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from pages.ui.app.page_table import PAGES
from tests.browser.conftest import PATIENCE_MS

expect.set_options(timeout=PATIENCE_MS)


CONTENT = "document.querySelector('[data-testid=stMain]').innerText"
POLL_MS = 50  # Playwright would ask at every frame: reading all words of a page so often takes a core
AT_REST = "() => document.getAnimations().every(one => one.playState !== 'running')"


def finished(page: Page) -> Page:
    """The page when its script has run through, without an exception."""
    expect(page.locator(".pg-caveat, .pg-families").first).to_be_visible()
    expect(page.get_by_test_id("stSpinner")).to_have_count(0)
    expect(page.locator('[data-test-script-state="notRunning"]').first).to_be_attached()
    expect(page.locator('[data-stale="true"]')).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    if page.locator(".pg-act").count():
        expect(page.locator("body[data-acts]")).to_be_attached()
    return page


def at_rest(page: Page) -> Page:
    """The page when nothing in it moves or fades any more."""
    page.wait_for_function(AT_REST, polling=POLL_MS)
    return page


def go(page: Page, server: str, path: str = "") -> Page:
    """The page at `path`, finished."""
    page.goto(server + path)
    return finished(page)


def change(page: Page, act: Callable[[], None]) -> Page:
    """The page, finished, after what makes it show something else: right after a click it still looks finished."""
    before = page.evaluate(CONTENT)
    act()
    page.wait_for_function(f"before => {CONTENT} !== before", arg=before, polling=POLL_MS)
    return finished(page)


def follow(page: Page, title: str) -> Page:
    """The page that the navigation calls `title`, finished."""
    group = next(one.group for one in PAGES if one.title == title)
    page.get_by_test_id("stTopNavSection").filter(has_text=group).click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text=title).click()
    expect(page.locator(".pg-head h1")).to_have_text(title)
    return finished(page)


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('[data-testid=stMain]'))")
