"""How far down a page the first line of its result stands."""

from playwright.sync_api import Page

from tests.browser.visiting import at_rest, sideways

PROJECTOR = (731, 411)  # at 175 %
LIMITS = {  # width and height of a window to the pixels above which the first line of a result stands
    (1920, 1080): 300,
    (1280, 720): 300,
    (1100, 800): 300,
    PROJECTOR: 411,
    (390, 844): 600,
}
FIRST = """() => [...document.querySelectorAll(".st-key-answering :is(.stHtml > *, .stBidiComponent, .js-plotly-plot)")]
  .map(one => one.getBoundingClientRect().toJSON()).filter(box => box.width && box.height)
  .sort((a, b) => a.top - b.top)[0]"""
ANSWER = FIRST.replace(".stHtml > *", ".stHtml > :not(.pg-model, .pg-hint)")


def too_low(page: Page) -> list[str]:
    """The windows whose first line of a result is not on the screen, or that are wider than they show."""
    found = []
    for (width, height), most in LIMITS.items():
        page.set_viewport_size({"width": width, "height": height})
        first = at_rest(page).evaluate(FIRST)
        answer = page.evaluate(ANSWER) if (width, height) == PROJECTOR else first
        if first["top"] >= most or max(first["top"], answer["top"]) + 24 > height or sideways(page):
            found.append(f"{page.url}, {width} × {height}: first line at {first['top']:.0f}, {sideways(page)} sideways")
    return found
