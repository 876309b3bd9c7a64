"""Compare and the files of Attention in a real browser, with the real checkpoints."""

from playwright.sync_api import Page, expect

from core.checkpoints.cards import card_file, read_scores, scores_for
from core.checkpoints.catalog import load_catalog
from pages.ui.answers.picture import picture_of
from tests.browser.test_browser import NewPage, finished, go


def note(page: Page):
    """The sentence above the answers."""
    return page.locator(".pg-note").first


def test_two_families_disagree_in_a_sentence_and_differ_in_place(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "compare")
    expect(note(page)).to_contain_text("They disagree: “she” and “it”")
    expect(page.locator(".pg-bars:not(.pg-signed) li.dashed").first).to_be_visible()
    expect(page.locator(".pg-signed li").first).to_contain_text("it")
    scores = page.get_by_role("region", name="The cost and quality of each model")
    for id in picture_of("fill-mask").models:
        first = scores_for("fill-mask", read_scores(card_file(load_catalog()[id])))[0]
        expect(scores).to_contain_text(f"{first.value:.3f} top-1 accuracy, encyclopedia sentences")


def test_heads_of_base_and_fine_tuned_are_laid_side_by_side(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "compare?task=attention")
    expect(note(page)).to_contain_text("bits on average")
    expect(page.locator("img.dashed")).to_have_count(6)
    expect(page.locator(".pg-head-table tbody td")).to_have_count(72)


def test_two_inputs_say_what_changed(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "compare?task=pseudo-likelihood&compare_view=Two+inputs")
    expect(note(page)).to_contain_text("“lives” (")
    expect(note(page)).to_contain_text("becomes “live” (")
    expect(page.locator("mark.dashed").first).to_be_visible()
    box = finished(page).get_by_label("Input A: sentence")
    expect(box).not_to_have_value("")
    page.get_by_label("Input B: sentence").fill(box.input_value())
    expect(note(page)).to_contain_text("stays at")


def test_a_file_shows_where_checkpoints_differ(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "compare?task=text-classification&compare_view=A+file")
    page.get_by_role("button", name="Try the example").click()
    page.get_by_role("button", name="Run on").click()
    expect(page.locator(".pg-cosine span")).to_contain_text("rows agree")
    finished(page)
    rows = page.get_by_role("region", name="Rows with the biggest differences")
    expect(rows).to_contain_text("negative")
    expect(rows).to_contain_text("positive")
    with page.expect_download() as download:
        page.get_by_role("button", name="Rows that differ").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("row,")
    assert lines[0].endswith("minilm-sentiment,mini-deberta-sentiment,overlap")
    assert len(lines) > 1


def test_attention_of_a_file(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "attention?attention_view=A+file")
    page.get_by_role("button", name="Try the example").click()
    page.get_by_role("button", name="Run on 6 rows").click()
    expect(page.get_by_text("Done: 6 of 6 rows")).to_be_visible()
    finished(page)
