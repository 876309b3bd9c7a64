"""What leaves the pages: every figure as PNG, SVG and HTML, and the link that restores what is seen."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Download, Page, expect

from tests.browser.visiting import POLL_MS, finished, follow, go, sideways

NewPage = Callable[..., Page]
SVG = "{http://www.w3.org/2000/svg}"

VIEWS = {  # address to the number of figures; every way of drawing is in one of them
    "fill-mask": 1,
    "fill-mask?fill_view=Every+word": 1,
    "entities?entities_checkpoints=minilm-ner&entities_checkpoints=minilm-ner-short": 2,
    "questions": 2,
    "similarity?similarity_layers=true&similarity_centred=true": 2,
    "similarity?view=All+pairs&matrix_sort=true": 1,
    "similarity?view=Search+and+map&corpus_look=Duplicates&corpus_threshold=0.8": 1,
    "similarity?view=Search+and+map&corpus_look=Map": 1,
    "similarity?view=One+word&contexts_layer=3": 2,
    "compare?task=token-classification": 4,
    "attention?attention_layer=5&attention_head=7": 3,
    "attention?attention_way=Rollout&attention_picture=Heat+map": 3,
    "leaderboard?leaderboard_view=Scores&leaderboard_column=Sentiment&leaderboard_cost=Time+per+sentence": 2,
    "leaderboard?leaderboard_view=Curves&leaderboard_axis=Time": 1,
    "leaderboard": 4,
    "tokenizers?tokenizers_checkpoints=minilm&tokenizers_checkpoints=minilm-ner": 1,
    "tokenizers?tokenizers_view=IDs+and+positions": 2,
    "tokenizers?tokenizers_view=Vocabulary&tokenizers_wanted=light": 1,
}
# PNG and HTML are made from the SVG and the page alike for all, and tests/pages/test_leaving.py follows every address:
# one of each kind of picture.
IN_ALL_WAYS = (
    "fill-mask",  # bars and marked words
    "questions",  # a chart below words
    "similarity?view=All+pairs&matrix_sort=true",  # a table
    "similarity?view=Search+and+map&corpus_look=Map",  # a chart alone
    "compare?task=token-classification",  # two columns
    "attention?attention_layer=5&attention_head=7",  # images, lines
)
INPUTS = """() => ({
  texts: [...document.querySelectorAll(".stMain :is(input, textarea)")].map(
    e => e.type === "checkbox" ? e.checked : e.value),
  chosen: [...document.querySelectorAll(".stMain :is([aria-checked=true], [role=slider])")].map(
    e => `${e.textContent} ${e.getAttribute("aria-valuenow")}`),
  checkpoints: [...document.querySelectorAll(".stMain .stMultiSelect")].map(e => e.textContent),
})"""
WORDS = r"""() => [...document.querySelectorAll("[class*='st-key-figure-']")].map(
  e => e.innerText.trim().replace(/Found in [\d.]+ ms/, "Found").split(/\s+/))"""


def saved(page: Page, name: str | re.Pattern[str], number: int = 0) -> tuple[Download, bytes]:
    """The file that a button gives."""
    with page.expect_download() as download:
        page.get_by_role("button", name=name).nth(number).click()
    return download.value, download.value.path().read_bytes()


def check_svg(content: bytes, words: set[str]) -> ElementTree.Element:
    """An SVG that needs nothing from elsewhere and holds the words."""
    root = ElementTree.fromstring(content)
    assert root.tag == f"{SVG}svg"
    assert b"foreignObject" not in content
    links = [value for e in root.iter() for key, value in e.attrib.items() if key.endswith("href")]
    assert all(link.startswith("data:image/") for link in links)
    assert not re.findall(rb"url\((?![#'\"]*#|&#34;#)", content)
    missing = words - set(" ".join(root.itertext()).split())
    assert not missing
    return root


def check_png(content: bytes, svg: ElementTree.Element) -> None:
    """A picture twice as large as the SVG, with ink where the SVG has its texts."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    assert image.size == (2 * int(svg.attrib["width"]), 2 * int(svg.attrib["height"]))
    group = next(child for child in svg if child.tag == f"{SVG}g")
    right, down = map(float, re.findall(r"-?[\d.]+", group.attrib["transform"]))
    texts = [text for text in group.iter(f"{SVG}text") if "textLength" in text.attrib]
    assert texts
    for text in texts:
        x, y, width = (float(text.attrib[name]) for name in ("x", "y", "textLength"))
        box = [2 * (x + right), 2 * (y + down) - 22, 2 * (x + right + width), 2 * (y + down) + 2]
        assert len(image.crop(tuple(map(round, box))).getcolors(100_000)) > 2, f"no ink at {text.text}"


def check_html(file: Path, words: set[str], charts: int, new_page: NewPage) -> None:
    """A page that opens from the disk, without a network, and asks for nothing."""
    page = new_page(person="offline", offline=True)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if request.url.startswith("http") else None)
    page.goto(file.as_uri())
    expect(page.locator("footer")).to_contain_text("BERT playground")
    expect(page.locator(".main-svg").first if charts else page.locator("main")).to_be_visible()
    assert page.locator(".js-plotly-plot").count() == charts
    missing = words - set(page.locator("body").inner_text().split())
    page.close()
    assert not missing
    assert not wrong


@pytest.mark.parametrize("address", VIEWS)
def test_figures_and_link_leave(server: str, new_page: NewPage, tmp_path: Path, address: str) -> None:
    page = new_page()
    go(page, server, address)
    choose_another_example(page)

    if address in IN_ALL_WAYS:
        page.get_by_role("button", name="Copy link").click()
        expect(page.get_by_role("button", name="Link copied")).to_be_visible()
        check_link(page, page.evaluate("navigator.clipboard.readText()"), new_page)

    page.get_by_role("button", name="Pictures").click()
    expect(page.get_by_role("button", name=re.compile("^PNG of"))).to_have_count(VIEWS[address])
    figure = page.locator("[class*='st-key-figure-']").first
    words = set(figure.locator(".stHtml").all_inner_texts()[0].split())
    charts = figure.locator(".js-plotly-plot, .map").count()  # a head is a chart in the file
    download, content = saved(page, re.compile("^SVG of"))
    assert re.fullmatch(r"[\w-]+\.svg", download.suggested_filename)
    svg = check_svg(content, words | {"playground"})
    if address in IN_ALL_WAYS:
        _, content = saved(page, re.compile("^PNG of"))
        check_png(content, svg)
        _, content = saved(page, "HTML")
        (tmp_path / "figure.html").write_bytes(content)
        check_html(tmp_path / "figure.html", words, charts, new_page)


def choose_another_example(page: Page) -> None:
    """Clicks the second example, where the view has some, and waits until it is in the address."""
    pills = page.locator(".stButtonGroup").filter(has_text="Examples").first.get_by_role("radio")
    if pills.count():
        before = page.url
        pills.nth(1).click()
        expect(pills.nth(1)).to_have_attribute("aria-checked", "true")
        expect(page).not_to_have_url(before)
        finished(page)


def check_link(page: Page, link: str, new_page: NewPage) -> Page:
    """What another person's browser shows: it comes to the same inputs and the same words in its figures."""
    fresh = go(new_page(person="a friend"), link)
    for look in (INPUTS, WORDS):
        wanted = page.evaluate(f"JSON.stringify(({look})())")
        fresh.wait_for_function(f"wanted => JSON.stringify(({look})()) === wanted", arg=wanted, polling=POLL_MS)
    return fresh


PASSAGE = " ".join(f"In {n} it rained, “they” say." for n in range(150)) + " Ada Lovelace wrote the first programme."


def test_a_long_text_travels_in_the_link_only(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "questions?questions_top_k=2")
    box = page.get_by_role("textbox", name="Passage")
    box.fill(PASSAGE)
    box.press("Control+Enter")
    expect(page.locator(".pg-text").first).to_contain_text("In 149 it rained")
    finished(page).get_by_label("Question", exact=True).fill("Who wrote the first programme?")
    expect(page).to_have_url(re.compile("Who"))
    finished(page)
    expect(page.locator(".pg-text mark")).to_be_in_viewport()
    assert "rained" not in page.url
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert len(copied) < 4_000
    other = check_link(page, copied, new_page)
    box = other.get_by_role("textbox", name="Passage")
    expect(box).to_have_value(PASSAGE)
    box.fill("Grace Hopper wrote the first programme.")
    box.press("Control+Enter")
    expect(other.locator(".pg-answer")).to_contain_text("Grace Hopper")
    expect(other).not_to_have_url(re.compile("long_texts"))
    follow(other, "Entities")
    assert "?" not in other.url, "a page's inputs are in the address of another"


def test_a_damaged_link_is_one_sentence(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "questions?long_texts=eJwabc&questions_top_k=2")
    expect(page.get_by_role("alert")).to_contain_text("cannot be read")
    expect(page.locator(".pg-answer")).to_contain_text("Ada Lovelace")


def test_every_picture_of_a_judged_file_leaves(server: str, new_page: NewPage) -> None:
    page = go(new_page(color_scheme="dark"), server, "classify?classify_view=A+labelled+file")
    page.get_by_role("button", name="Try the example").click()
    page.get_by_role("button", name="Run on").click()
    page.get_by_role("button", name="Pictures").click()
    buttons = page.get_by_role("button", name=re.compile("^SVG of"))
    expect(buttons).to_have_count(6)
    for number, word in enumerate(["Macro", "Macro", "Confusion", "threshold", "Interval", "confident"]):
        download, content = saved(page, re.compile("^SVG of"), number)
        assert download.suggested_filename.startswith("classify_file-judged-")
        check_svg(content, {word, "minilm-sentiment"})


def test_the_shadow_of_a_wide_table_stays_on_the_page(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "compare?task=token-classification")
    page.get_by_role("button", name="Pictures").click()
    with page.expect_download() as download:
        page.locator(".st-key-picture-cost").get_by_role("button", name="SVG").click()
    assert b"linearGradient" not in download.value.path().read_bytes()


def test_the_leave_row_is_reached_by_keys(server: str, new_page: NewPage) -> None:
    page = go(new_page(width=390), server, "fill-mask")
    names = ["CSV", "JSON", "Pictures", "Python", "Copy link", "About"]
    row = page.locator(".st-key-leave-row")
    row.get_by_role("button", name="CSV").focus()
    for name in names[1:]:
        page.keyboard.press("Tab")
        expect(row.get_by_role("button", name=name)).to_be_focused()
    boxes = [row.get_by_role("button", name=name).bounding_box() for name in names]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    row.get_by_role("button", name="Python").click()
    expect(page.locator("[data-testid=stPopoverBody] code")).to_contain_text("AutoModelForMaskedLM")
    assert sideways(page) == 0


def test_a_link_to_what_is_not_here_says_so_until_the_visitor_chooses(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "classify?classify_checkpoints=acme/gone&classify_text=A+fine+day.")
    told = page.get_by_text("“acme/gone” is not available.")
    expect(told).to_be_visible()
    page.get_by_role("textbox", name="Text", exact=True).fill("A dull day.")
    expect(page.locator(".pg-bars li.best")).to_contain_text("negative")
    expect(told).to_be_visible()
    page.get_by_role("combobox", name="Models").click()
    page.get_by_role("option", name="MiniLM · sentiment, short training").click()
    expect(page.locator(".pg-model")).to_have_count(2)
    expect(told).to_have_count(0)
