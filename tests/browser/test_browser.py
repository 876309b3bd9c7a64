"""What only a browser shows: deep links, real answers, kept inputs, narrow and dark screens, nothing unescaped."""

import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pages.ui.app.page_table import PAGES, grouped
from tests.browser.conftest import PATIENCE_S, Place
from tests.browser.visiting import change, finished, follow, go

NewPage = Callable[..., Page]


def test_deep_link_as_the_very_first_request(place: Place, new_page: NewPage) -> None:
    """The first of all that want this server, so that nobody has visited it and its engine has only just started."""
    page, wrong = new_page(), []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.goto(place.address + "attention?attention_checkpoints=our-roberta&attention_text=The+soups")
    expect(page.locator(".pg-head h1")).to_have_text("Attention")
    expect(page.get_by_test_id("stTopNavLink").get_by_text("Home", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stTopNavSection")).to_contain_text([group for group in grouped() if group])
    expect(page).to_have_title("Attention · BERT playground")
    expect(finished(page).locator(".pg-model code")).to_have_text("our-roberta")
    expect(page.locator(".lines text").first).to_be_visible()
    expect(page.get_by_text("is not available")).to_have_count(0)
    page.close()  # nobody else gets it: it is listened to
    assert not wrong


def test_health_tells_when_the_engine_is_ready(place: Place) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with urllib.request.urlopen(place.address + "api/health") as answer:
            if json.load(answer)["status"] == "ready":
                return
        time.sleep(0.2)
    pytest.fail("The engine was never ready.")


def test_static_files_are_compressed(server: str) -> None:
    with urllib.request.urlopen(server) as answer:
        script = answer.read().decode().split('src="./static/js/')[1].split('"')[0]
    request = urllib.request.Request(f"{server}static/js/{script}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes the address of a page on another site that shows an address in a frame."""
    site = HTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))

    def make(address: str) -> str:
        (tmp_path / "index.html").write_text(f'<iframe src="{address}" width="1200" height="800"></iframe>')
        return f"http://localhost:{site.server_port}/"

    with site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield make
        site.shutdown()


def test_another_site_may_show_it_in_a_frame(server: str, new_page: NewPage, elsewhere: Callable[[str], str]) -> None:
    page = new_page()
    page.goto(elsewhere(server + "tokenizers"))
    inside = page.frame_locator("iframe")
    expect(inside.locator(".pg-head h1")).to_have_text("Tokenizers")
    expect(inside.locator(".pg-caveat")).to_be_visible()


def test_no_other_site_may_where_the_operator_says_so(
    place: Place, new_page: NewPage, elsewhere: Callable[[str], str]
) -> None:
    page = new_page()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(elsewhere(place.address + "tokenizers"))


def test_the_bar_holds_every_page_in_its_group(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask")
    for group, pages in grouped().items():
        if group:
            page.get_by_test_id("stTopNavSection").filter(has_text=group).click()
            expect(page.get_by_test_id("stTopNavDropdownLink")).to_have_count(len(pages))
            for one in pages:
                expect(page.get_by_role("menuitem", name=one.title, exact=True)).to_be_visible()
            page.keyboard.press("Escape")
    page.get_by_label("Navigate to home page").click()
    expect(page).to_have_title("BERT playground")


def test_a_phone_has_every_page_in_its_drawer(server: str, new_page: NewPage) -> None:
    page = go(new_page(390), server, "fill-mask")
    page.get_by_test_id("stExpandSidebarButton").click()
    for one in PAGES:
        expect(page.get_by_test_id("stSidebarNavLink").get_by_text(one.title, exact=True)).to_be_visible()
    page.get_by_test_id("stSidebarNavLink").get_by_text("Leaderboard", exact=True).click()
    expect(page).to_have_title("Leaderboard · BERT playground")


def test_fill_mask_follows_the_typing(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask")
    expect(page.get_by_role("button", name="The gap: ")).to_be_visible()
    page.get_by_label("Sentence, with").fill("She drank a cup of hot ___ with milk.")
    expect(page.locator(".st-key-sentence")).to_contain_text("She drank a cup of hot")
    expect(page.locator(".pg-bars li")).to_have_count(6)  # five words and everything else
    assert "fill_text=She" in page.url


def test_the_box_grows_to_its_sentence(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask")
    box = page.get_by_label("Sentence, with")
    height = box.bounding_box()["height"]
    box.fill("My grandmother, who was born near the sea,\nalways told us that bread is made of ___ and a little salt.")
    expect(box).to_have_value(re.compile("sea, always"))  # a sentence has one line
    assert box.bounding_box()["height"] > 1.5 * height
    assert box.evaluate("e => e.scrollHeight <= e.clientHeight"), "a part of the sentence cannot be read"
    box.fill("Bread is made of ___.")
    box.press("Enter")
    expect(box).to_have_value("Bread is made of ___.")
    expect(page).to_have_url(re.compile("fill_text=Bread"))
    assert box.bounding_box()["height"] == height


MOVED = """() => {
  const animate = Element.prototype.animate;
  window.moved = [];
  Element.prototype.animate = function (frames, how) {
    moved.push(how.duration);
    return animate.call(this, frames, how);
  };
}"""


def test_bars_move_unless_no_motion_is_wanted(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask")
    page.evaluate(MOVED)
    page.get_by_label("Sentence, with").fill("She drank a cup of hot ___ with milk.")
    page.wait_for_function("moved.length")
    assert set(finished(page).evaluate("moved")) == {250}
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("moved = []")
    page.get_by_label("Sentence, with").fill("He drank a cup of ___.")
    expect(page.locator(".st-key-sentence")).to_contain_text("He drank")
    assert finished(page).evaluate("moved") == []
    page.emulate_media(reduced_motion="no-preference")


def test_a_click_hides_a_word_and_shows_it_again(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask?fill_text=She+studied+physics+in+Oxford.")
    expect(page.get_by_role("alert")).to_contain_text("has no gap")
    page.get_by_role("button", name="Hide this word: physics").click()
    box = page.get_by_role("textbox", name="Sentence, with ___ for each hidden word")
    expect(box).to_have_value("She studied ___ in Oxford.")
    expect(page.locator(".pg-bars li")).to_have_count(6)  # five words and everything else
    page.locator(".pg-bars li").first.click()  # on its bar
    expect(page.get_by_role("status").filter(has_text="Every gap is filled.")).to_be_visible()
    assert re.fullmatch(r"She studied \w+ in Oxford\.", box.input_value())
    page.get_by_role("button", name="Hide this word: ").nth(2).click()
    expect(box).to_have_value("She studied ___ in Oxford.")
    finished(page)
    page.get_by_role("button", name="Hide this word: Oxford").click()
    expect(box).to_have_value("She studied ___ in ___.")
    page.get_by_text("Fill the gaps together").click()
    expect(page.locator(".pg-sub").filter(has_text="All gaps together")).to_be_visible()
    page.get_by_role("button", name="Show the word again").last.click()
    expect(box).to_have_value(re.compile(r"She studied ___ in Oxford\."))


def test_own_words_and_every_word(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask?fill_view=My+own+words")
    expect(page.locator(".pg-bars li")).to_have_count(4)
    expect(page.locator(".pg-bars li.best")).to_contain_text("Paris")
    sentence = page.get_by_label("Sentence, with").input_value()
    finished(page).locator(".pg-bars .pg-act").nth(1).click()
    expect(page.get_by_text("Every gap is filled.")).to_be_visible()
    expect(page.get_by_label("Sentence, with")).not_to_have_value(sentence)
    page.get_by_role("radio", name="Every word").click()
    expect(page.get_by_role("region", name="Each word and its probability")).to_contain_text("London")


def test_entities_marks_names(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "entities")
    expect(page.locator("mark").filter(has_text="Angela Merkel")).to_contain_text("PER")
    expect(page.locator("mark").filter(has_text="Cupertino")).to_contain_text("LOC")
    name = page.get_by_role("button", name="Tim Cook")
    name.press("Enter")
    expect(page.locator(".pg-sub").filter(has_text="Why “PER Tim Cook”?")).to_be_visible()
    expect(name).to_be_focused()
    name.click()
    expect(page.locator(".pg-sub").filter(has_text="Why")).to_have_count(0)


def test_questions_answers_or_says_that_it_cannot(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "questions")
    expect(page.locator(".pg-answer")).to_contain_text("Ada Lovelace")
    page.get_by_text("No answer here", exact=True).click()
    expect(page.locator(".pg-answer.none")).to_be_visible()


def test_similarity_in_three_views(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "similarity")
    expect(page.locator(".pg-cosine b")).to_be_visible()
    page.get_by_text("All pairs", exact=True).click()
    expect(page.locator(".pg-matrix tbody tr")).to_have_count(8)
    page.get_by_text("One to many", exact=True).click()
    text = page.locator(".pg-bars li").first.get_by_role("button")
    chosen = text.inner_text()
    text.click()
    expect(page.get_by_label("Text B")).to_have_value(chosen)
    expect(page).to_have_url(re.compile("similarity_text_b="))


def test_a_label_is_explained_by_a_click(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "classify")
    page.get_by_role("button", name="negative").click()
    expect(page.locator(".pg-sub").filter(has_text="Why “negative”?")).to_be_visible()
    page.get_by_role("button", name="positive").click()
    expect(page.locator(".pg-sub").filter(has_text="Why “positive”?")).to_be_visible()
    assert "classify_why=true" in page.url


def test_compare_puts_two_checkpoints_side_by_side(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "compare?task=text-classification")
    expect(page.locator(".pg-model")).to_have_count(2)
    expect(page.locator(".pg-bars:not(.pg-signed)")).to_have_count(2)
    expect(page.locator(".pg-table tbody tr")).to_have_count(2)
    boxes = "models => models.map(model => model.getBoundingClientRect().toJSON())"
    left, right = page.locator(".pg-model").evaluate_all(boxes)  # at one moment: the page may still be moving
    assert left["y"] == right["y"]
    assert left["x"] < right["x"]


def test_attention_head_is_chosen_by_a_click(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "attention")
    button = page.get_by_role("button", name="Layer 5, head 7")
    button.click()
    expect(page.locator(".pg-sub").filter(has_text="Layer 5, head 7")).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_another_head_of_a_long_text_brings_its_picture_only(server: str, new_page: NewPage) -> None:
    page = new_page()
    received: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
    go(page, server, "attention?attention_picture=Heat+map&attention_words=false&attention_specials=Shown")
    change(page, lambda: page.get_by_label("Text", exact=True).fill("The cat sat on the mat near the door. " * 60))
    expect(page.locator(".map canvas")).to_be_visible()
    received.clear()
    change(page, lambda: page.get_by_role("button", name="Layer 5, head 7").click())
    assert sum(received) <= 300_000
    page.locator(".map canvas").hover(position={"x": 3, "y": 3})
    expect(page.locator(".map .said")).to_have_text(re.compile(r"^\S+ → \S+: (<0\.01|[01]\.\d\d)$"))
    page.mouse.move(5, 5)
    expect(page.locator(".map .said")).to_be_hidden()
    for key, cell in (("ArrowDown", "[CLS] → [CLS]: "), ("ArrowRight", "[CLS] → the: "), ("ArrowDown", "the → the: ")):
        page.locator(".map").press(key)
        expect(page.locator(".map .said")).to_contain_text(cell)


def test_lines_tell_where_a_word_looks_by_pointer_key_and_tap(server: str, new_page: NewPage) -> None:
    page = new_page()
    received: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
    go(page, server, "attention")
    said, lines = page.locator(".lines .said"), page.locator(".lines .scroll")
    expect(said).to_contain_text("Point at a word")
    word = page.locator(".lines text").get_by_text("it", exact=True).first
    word.hover()
    expect(said).to_have_text(re.compile("^“it” attends to animal 0"))
    word.click()
    page.mouse.move(5, 5)
    expect(said).to_have_text(re.compile("^“it” attends to animal 0"))
    lines.press("Escape")
    lines.press("ArrowDown")
    expect(said).to_have_text(re.compile("^“The” attends to "))
    change(page, lambda: page.get_by_label("Text", exact=True).fill("The cat sat on the mat near the door. " * 60))
    expect(page.locator(".lines text").nth(900)).to_be_attached()
    received.clear()
    change(page, lambda: page.get_by_role("button", name="Layer 5, head 7").click())
    assert sum(received) <= 300_000


def test_inputs_survive_a_change_of_page_and_travel_in_the_address(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask")
    page.get_by_label("Sentence, with").fill("Bread is made of ___.")
    expect(page.locator(".st-key-sentence")).to_contain_text("Bread is made of")
    address = page.url
    follow(page, "Entities").go_back()
    expect(page.get_by_label("Sentence, with")).to_have_value("Bread is made of ___.")
    assert page.url == address
    follow(follow(finished(page), "Entities"), "Fill a mask")
    expect(page.get_by_label("Sentence, with")).to_have_value("Bread is made of ___.")
    other = new_page()
    other.goto(address)
    expect(finished(other).get_by_label("Sentence, with")).to_have_value("Bread is made of ___.")


def test_result_leaves_as_csv_and_json(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask")
    for label, first in (("CSV", "checkpoint,start,end,text,score"), ("JSON", "[")):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        assert download.value.path().read_text().startswith(first)


def test_html_stays_text(server: str, new_page: NewPage) -> None:
    page = new_page()
    alarms: list[str] = []
    page.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script> [x](javascript:alert(3)) ___"
    go(page, server, "fill-mask").get_by_label("Sentence, with").fill(nasty)
    expect(page.locator(".st-key-sentence")).to_contain_text("<img src=x onerror=alert(1)><script>alert(2)</script>")
    follow(page, "Attention").get_by_label("Text", exact=True).fill("<b>bold</b> <img src=x onerror=alert(4)>")
    expect(page.locator(".pg-links")).to_be_visible()
    expect(page.locator(".pg-text img, .pg-links img, .js-plotly-plot b")).to_have_count(0)
    page.close()
    assert not alarms


def test_very_long_text_is_refused_in_one_sentence(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "similarity?view=One+to+many")
    box = page.get_by_label("Texts to compare it with, one per line")
    box.fill("word " * 40_000)
    box.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("199,999")
    assert len(page.url) < 4_000, "a long text does not belong in the address"
    follow(follow(page, "Attention"), "Similarity")
    expect(page.get_by_role("alert")).to_contain_text("199,999")
