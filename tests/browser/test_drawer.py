"""The menu of a narrow window: its name and groups; it closes after a choice, on a tap outside and on Escape."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_axe import WHOLE, violations
from tests.browser.visiting import finished, go

NewPage = Callable[..., Page]


def opened(page: Page) -> Page:
    """The page with its menu open."""
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_test_id("stSidebarNavLink").first).to_be_in_viewport()
    return page


def closed(page: Page) -> Page:
    """The page once its menu is closed."""
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    expect(page.get_by_test_id("stSidebarNavLink").first).to_be_hidden()  # also from the Tab key
    return page


def test_the_drawer_closes_after_a_choice(server: str, new_page: NewPage) -> None:
    page = opened(go(new_page(390, person="a phone"), server, "entities"))
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Questions").click()
    expect(page.locator(".pg-head h1")).to_have_text("Questions")
    closed(finished(page))


def test_the_drawer_closes_on_a_tap_outside_and_on_escape(server: str, new_page: NewPage) -> None:
    page = opened(go(new_page(390, person="a phone"), server, "entities"))
    expect(page.get_by_role("list", name="Look inside").get_by_role("listitem")).to_have_count(4)
    found = violations(page, "[data-testid=stSidebar]", WHOLE)
    assert not [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")]
    page.mouse.click(370, 700)
    closed(page)
    opened(page).keyboard.press("Escape")
    closed(page)
    expect(page.locator(".pg-head h1")).to_have_text("Entities")
