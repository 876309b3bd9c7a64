"""Every view, visited once: axe finds nothing serious in any scheme or width, and the first line of a result is seen.

Nor is anything wider than its window.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, JSHandle, Page, expect

from pages.ui.app.page_table import PAGES
from tests.browser.conftest import PATIENCE_MS
from tests.browser.first_line import too_low
from tests.browser.visiting import POLL_MS, at_rest, change, finished, go, sideways

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
ANSWERING = (  # views beside the first of their page that answer by themselves
    ("questions", "Several questions"),
    ("similarity", "Search and map"),
    ("similarity", "One word"),
    ("compare", "Two inputs"),
    ("compare", "A file"),
    ("models", "All models"),
)
EXCUSED = {  # rule to elements of Streamlit that break it, where a page has no say
    # Code that scrolls sideways has no tabindex. Chromium and Firefox let the keyboard into it all the same, and the
    # button beside it copies the whole.
    "scrollable-region-focusable": ".stCode pre",
}
POPOVERS = ("How it works", "Pictures", "Python", "About")
WHOLE = {"resultTypes": ["violations"]}
CONTRAST = WHOLE | {"runOnly": ["color-contrast"]}  # slow: only of looks that are new
STRUCTURE = WHOLE | {"rules": {"color-contrast": {"enabled": False}}}
SCROLLS = WHOLE | {"runOnly": ["scrollable-region-focusable"]}
AXE = Axe().axe_script
SEEN: list[str] = []  # looks that were judged
# Elements with text of their own, one of each look that is not in `seen`. What decides its contrast is its colour,
# whether it is large (WCAG 1.4.3), how transparent it is, and what lies beneath: the backgrounds of its ancestors up to
# the first that nothing shines through, unless one of them floats over others, which then counts for itself.
UNSEEN = """([within, seen]) => {
  const known = new Map();
  const beneath = e => {  // what shines through to the text of e
    if (!e) return {layers: "", veils: ""};
    if (known.has(e)) return known.get(e);
    const above = beneath(e.parentElement ?? e.getRootNode().host);
    const {backgroundColor, backgroundImage, position, opacity, filter} = getComputedStyle(e);
    const floats = /absolute|fixed|sticky/.test(position) && e.matches(".stMain *") ? e.tagName + e.className : "";
    const own = [backgroundColor.replace("rgba(0, 0, 0, 0)", ""), backgroundImage.replace("none", ""), floats].join("");
    const layers = backgroundColor.startsWith("rgb(") ? own : own + above.layers;
    const veils = above.veils + (opacity === "1" && filter === "none" ? "" : opacity + filter);
    known.set(e, {layers, veils});
    return known.get(e);
  };
  const look = e => {
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(e);
    const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24);
    return [color, large, textShadow, ...Object.values(beneath(e))].join("|");
  };
  const under = e => [e, ...[...e.children, ...(e.shadowRoot?.children ?? [])].flatMap(under)];
  const says = e => e.value || [...e.childNodes].some(one => one.nodeType === Node.TEXT_NODE && one.data.trim());
  const shown = e => says(e) && e.checkVisibility() && e.getClientRects().length;
  const all = under(document.querySelector(within)).filter(shown).map(e => [look(e), e]);
  return Object.fromEntries(all.filter(([one]) => !seen.includes(one)));
}"""
IS_DARK = """dark => {
  const [red, green, blue] = getComputedStyle(document.querySelector(".stApp")).backgroundColor.match(/[\\d.]+/g);
  return ((+red + +green + +blue) / 3 < 64) === dark;
}"""


@pytest.fixture(scope="module")
def tall(browser: Browser) -> Iterator[Page]:
    """One page for all addresses, which shows each as a whole."""
    window = {"width": WIDTHS[0], "height": HEIGHT}
    with browser.new_context(viewport=window, device_scale_factor=0.25) as context:  # few pixels to paint
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()


def serious(page: Page, *schemes: str, within: str = "html") -> list[str]:
    """What axe calls serious or critical: all rules in the first scheme and width, then those that looks can break.

    Schemes after the first are seen wide only.
    """
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
        page.wait_for_function(IS_DARK, arg=scheme == "dark", polling=POLL_MS)
        first = scheme == schemes[0]
        for width, rules in ((WIDTHS[0], STRUCTURE), (WIDTHS[1], SCROLLS)) if first else ((WIDTHS[0], {}),):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            assert sideways(at_rest(page)) == 0
            if rules:
                judge(within, rules)
            unseen = page.evaluate_handle(UNSEEN, [within, SEEN])
            if looks := unseen.evaluate("Object.keys"):
                SEEN.extend(looks)
                judge(unseen.evaluate_handle("Object.values"), CONTRAST)
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
def test_every_view_shows_its_result_and_nothing_serious(server: str, tall: Page, path: str) -> None:
    found = serious(go(tall, server, path), "dark", "light")
    expect(tall.get_by_role("alert")).to_have_count(0)
    if path:
        found += too_low(tall)
        views = tall.get_by_role("radiogroup", name="View").first.get_by_role("radio")
        expect(views.nth(1)).to_be_attached()
        for view in views.all()[1:]:
            tall.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
            found += serious(change(tall, view.click), "light")
            expect(view).to_be_checked()
            if (path, view.inner_text()) in ANSWERING:
                found += too_low(tall)
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
