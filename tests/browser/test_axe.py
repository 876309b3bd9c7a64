"""Pages as assistive technology reads them: axe finds nothing serious in any view, scheme or width.

Nor is anything wider than its window.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, JSHandle, Page, expect

from pages.ui.app.page_table import PAGES
from tests.browser.conftest import PATIENCE_MS
from tests.browser.visiting import at_rest, change, finished, go, sideways

HEIGHT = 6000  # pixels: axe judges no colours of what is scrolled out of sight
WIDTHS = (1280, 390)
OTHERS = ("deberta", "distilbert", "electra")
MORE = (  # what the first look at a view does not show
    "fill-mask?fill_text=No+gap&fill_checkpoints=minilm-fill-mask&fill_checkpoints=minilm-fill-mask-short",
    "questions?questions_why=true",
    "similarity?view=Search+and+map&corpus_look=Duplicates",
    "similarity?view=Search+and+map&corpus_look=Map",
    "compare?task=token-classification"  # four families
    + "".join(f"&compare_token-classification_checkpoints=mini-{one}-ner" for one in ("bert", *OTHERS)),
    "compare?task=hidden-states",
    "attention?attention_checkpoints=acme/gone",
)
EXCUSED = {  # rule to elements of Streamlit that break it, where a page has no say
    # Code that scrolls sideways has no tabindex. Chromium and Firefox let the keyboard into it all the same, and the
    # button beside it copies the whole.
    "scrollable-region-focusable": ".stCode pre",
}
POPOVERS = ("How it works", "Pictures", "Python", "About")
WHOLE = {"resultTypes": ["violations"]}
CONTRAST = WHOLE | {"runOnly": ["color-contrast"]}  # slow: only of what looks otherwise than before
STRUCTURE = WHOLE | {"rules": {"color-contrast": {"enabled": False}}}
SCROLLS = WHOLE | {"runOnly": ["scrollable-region-focusable"]}
AXE = Axe().axe_script
# The topmost elements that look or read otherwise than at the last call, or are shown only now.
CHANGED = """within => {
  const under = e => [...e.children, ...(e.shadowRoot?.children ?? [])].flatMap(one => [one, ...under(one)]);
  const look = e => {
    const said = [...e.childNodes].filter(one => one.nodeType === Node.TEXT_NODE).map(one => one.data);
    const {color, backgroundColor, backgroundImage, fontSize, fontWeight, opacity} = getComputedStyle(e);
    const shown = e.checkVisibility() && e.getClientRects().length;
    return shown && [...said, color, backgroundColor, backgroundImage, fontSize, fontWeight, opacity].join();
  };
  const before = window.looks ?? new Map();
  window.looks = new Map(under(document.querySelector(within)).map(e => [e, look(e)]));
  const changed = e => looks.get(e) && looks.get(e) !== before.get(e);
  return [...looks.keys()].filter(e => changed(e) && !changed(e.parentElement)); // axe looks at what is within them
}"""
IS_DARK = """dark => {
  const [red, green, blue] = getComputedStyle(document.querySelector(".stApp")).backgroundColor.match(/[\\d.]+/g);
  return ((+red + +green + +blue) / 3 < 64) === dark;
}"""


@pytest.fixture(scope="module")
def tall(browser: Browser) -> Iterator[Page]:
    """One page for all addresses, which shows each as a whole."""
    with browser.new_context(viewport={"width": WIDTHS[0], "height": HEIGHT}) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()


def serious(page: Page, *schemes: str, within: str = "html") -> list[str]:
    """What axe calls serious or critical: all rules in the first scheme and width, then those that looks can break."""
    found: list[str] = []

    def judge(part: str | JSHandle, rules: dict[str, object]) -> None:
        for rule in violations(page, part, rules):
            if rule["impact"] in ("serious", "critical"):
                found.extend(
                    f"{page.url}, {scheme}: {rule['id']} {node['html'][:200]} {node['failureSummary']}"
                    for node in rule["nodes"]
                    if not excused(page, rule["id"], node["target"][0])
                )

    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(IS_DARK, arg=scheme == "dark")
        for width, rules in zip(WIDTHS, (STRUCTURE, SCROLLS), strict=True):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            assert sideways(at_rest(page)) == 0
            if scheme == schemes[0]:
                judge(within, rules)
            changed = page.evaluate_handle(CHANGED, within)
            if changed.evaluate("all => all.length"):
                judge(changed, CONTRAST)
    return found


def violations(page: Page, within: str | JSHandle, options: dict[str, object]) -> list[dict[str, Any]]:
    """The rules that are broken in what a selector names, or in these elements; axe comes with a page's first run."""
    if not page.evaluate("Boolean(window.axe)"):  # half a megabyte
        page.evaluate(AXE)
    return page.evaluate("async ([within, options]) => (await axe.run(within, options)).violations", [within, options])


def excused(page: Page, rule: str, target: str) -> bool:
    """Whether the rule is known to be broken by this element."""
    return rule in EXCUSED and page.locator(target).and_(page.locator(EXCUSED[rule])).count() > 0


@pytest.mark.parametrize("path", [page.url_path for page in PAGES])
def test_no_serious_violation_in_any_view(server: str, tall: Page, path: str) -> None:
    found = serious(go(tall, server, path), "dark", "light")
    expect(tall.get_by_role("alert")).to_have_count(0)
    if path:
        views = tall.get_by_role("radiogroup", name="View").first.get_by_role("radio")
        assert views.count() > 1
        for view in views.all()[1:]:
            tall.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
            found += serious(change(tall, view.click), "light")
            expect(view).to_be_checked()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("address", MORE)
def test_no_serious_violation_in_what_can_be_switched_on(server: str, tall: Page, address: str) -> None:
    found = serious(go(tall, server, address), "light")
    assert not found, "\n".join(found)


def test_no_serious_violation_in_swapped_words(server: str, tall: Page) -> None:
    go(tall, server, "fill-mask?fill_view=Spot+swaps&swaps_text=The+queen+lives+in+a+large+tomato.")
    expect(tall.locator("mark").nth(6)).to_have_text("tomato")
    found = serious(tall, "dark", "light")
    assert not found, "\n".join(found)


def test_no_serious_violation_in_popovers(server: str, tall: Page) -> None:
    go(tall, server, "fill-mask")
    for name in POPOVERS:
        tall.get_by_role("button", name=name).click()
        expect(tall.get_by_test_id("stPopoverBody").locator("p, code").last).to_be_visible()
        found = serious(finished(tall), "dark", "light", within="[data-testid=stPopoverBody]")
        assert not found, "\n".join(found)
        tall.keyboard.press("Escape")
        expect(tall.get_by_test_id("stPopoverBody")).to_have_count(0)


def test_no_serious_violation_in_what_came_of_a_file(server: str, tall: Page) -> None:
    go(tall, server, "classify?classify_view=A+labelled+file")
    tall.get_by_role("button", name="Try the example").click()
    tall.get_by_role("button", name="Run on").click()
    expect(tall.get_by_text("Done:")).to_be_visible()
    found = serious(finished(tall), "dark", "light")
    assert not found, "\n".join(found)
