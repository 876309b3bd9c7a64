"""Similarity in a browser: a search follows the typing, a large file has its bar and its stop; maps, duplicates."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.visiting import finished, go

NewPage = Callable[..., Page]
MANY = "similarity?view=Search+and+map"


def large_file(rows: int) -> dict[str, object]:
    """A CSV file of texts, as the file chooser takes it."""
    text = "text,topic\n" + "".join(
        f"The {n}. ship left the harbour {'early ' * (n % 7)}today.,{n % 5}\n" for n in range(rows)
    )
    return {"name": "ships.csv", "mimeType": "text/csv", "buffer": text.encode()}


def test_a_pair_has_its_place_among_unrelated_ones(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "similarity?similarity_layers=true")
    expect(page.get_by_role("img", name="Cosines of unrelated pairs")).to_be_visible()
    expect(page.get_by_text("more similar than any of them")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(1)


def test_a_search_follows_the_typing(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, MANY)
    page.get_by_label("What are you looking for?").fill("It is freezing outside")
    expect(page.locator(".pg-bars li.best")).to_contain_text("The lake froze")
    assert "corpus_query=It" in page.url
    page.get_by_role("radio", name="Duplicates").click()
    expect(page.locator(".pg-group").first).to_contain_text("dough")


def test_a_map_is_drawn_and_another_kind_can_be_asked_for(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, MANY + "&corpus_look=Map")
    expect(page.get_by_text("% of the variance").first).to_be_visible()
    expect(page.locator(".js-plotly-plot .points path")).to_have_count(240)
    page.get_by_role("radio", name="UMAP").click()
    expect(page.get_by_text("Computing the map")).to_be_visible()
    page.get_by_role("radio", name="PCA").click()
    expect(page.get_by_text("Computing the map")).to_have_count(0)
    expect(finished(page).locator(".js-plotly-plot .points path")).to_have_count(240)


def test_a_large_file_can_be_stopped_and_goes_on(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, MANY)
    page.locator("input[type=file]").set_input_files(large_file(7000))
    page.get_by_role("button", name="Embed 7,000 texts").click()
    expect(page.get_by_text("of 7,000 rows,").first).to_contain_text("left")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("of 7,000 texts embedded")).to_be_visible()
    page.get_by_label("What are you looking for?").fill("a ship")
    expect(page.locator(".pg-bars li.best")).to_contain_text("ship")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("of 7,000 rows,").first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile("of 7,000 texts .* from the cache"))).to_be_visible()


def test_one_word_in_several_texts(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "similarity?view=One+word")
    expect(page.locator(".pg-lines mark")).to_have_count(6)
    expect(page.locator(".pg-matrix tbody tr")).to_have_count(6)
