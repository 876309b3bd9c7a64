"""A run over a file in a browser: it goes on while its page is loaded again and closed, and its link leads to it."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.visiting import finished, go

NewPage = Callable[..., Page]
ROWS = 1500
UNDER_WAY = re.compile(rf"[\d,]+ of {ROWS:,} rows, ")


def test_a_run_outlives_its_page(server: str, new_page: NewPage, tmp_path: Path) -> None:
    (tmp_path / "films.csv").write_text("text\n" + "".join(f"Film {n}.\n" for n in range(ROWS)))
    page = go(new_page(), server, "classify?classify_view=A+labelled+file")
    page.locator("input[type=file]").set_input_files(tmp_path / "films.csv")
    page.get_by_role("button", name=f"Run on {ROWS:,} rows").click()
    expect(page.get_by_text(UNDER_WAY)).to_be_visible()
    page.reload()
    expect(page.get_by_text(UNDER_WAY)).to_be_visible()
    expect(page.get_by_text("Anyone with this link sees this file and its results.")).to_be_visible()
    page.get_by_role("button", name="Link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    page.close()

    friend = new_page(person="a friend")
    friend.goto(link)
    expect(friend.get_by_text(f"Done: {ROWS:,} of {ROWS:,} rows")).to_be_visible()
    finished(friend)
    with friend.expect_download() as download:
        friend.get_by_role("button", name="CSV", exact=True).click()
    assert len(download.value.path().read_text().splitlines()) == 1 + ROWS
