"""Models in a browser: an id of a hub on this machine is looked at, fetched, stopped, gone on with, and answers."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.files.tables import LARGEST
from tests.browser.conftest import Place
from tests.browser.visiting import finished, go
from tests.loopback_hub import Repository

NewPage = Callable[..., Page]
HUB = "models?models_view=From+the+Hub"
FOUND = re.compile(r"Download \d")  # megabytes of what was looked up


def look(page: Page, id: str) -> None:
    """Types an id and looks at what it offers."""
    box = page.get_by_role("combobox", name="Hub model ID")
    box.fill(id)
    box.press("Enter")
    page.get_by_role("button", name="Look up", exact=True).click()
    finished(page)


def test_an_id_becomes_a_checkpoint_that_answers(place: Place, new_page: NewPage) -> None:
    place.hub.repositories["tiny/roberta"] = Repository(place.folder, licence="mit")
    page = go(new_page(), place.address, HUB)
    look(page, "tiny/roberta")
    expect(page.locator(".pg-facts")).to_contain_text("RoBERTa (RobertaForMaskedLM)")
    expect(page.locator(".pg-facts")).to_contain_text("mit")
    page.get_by_role("button", name=FOUND).click()
    expect(page.get_by_text("tiny/roberta is ready.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Fill a mask").click()
    expect(page.locator(".pg-head h1")).to_have_text("Fill a mask")
    expect(page.locator(".pg-model code")).to_have_text("tiny/roberta")
    expect(page.locator(".pg-bars li")).to_have_count(6)


def test_a_row_of_the_catalogue_is_downloaded_stopped_and_goes_on(place: Place, new_page: NewPage) -> None:
    id = "distilbert/distilroberta-base"
    served = place.hub.repositories[id] = Repository(place.folder, pause=0.3)
    page = go(new_page(), place.address, f"{HUB}&models_find=distilroberta")
    page.get_by_role("button", name="Download", exact=True).click()
    expect(page.get_by_text(re.compile(rf"{id}: 0\.\d of 0\.\d MB"))).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(f"{id} was stopped.")).to_be_visible()
    served.pause = 0
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("main").get_by_role("link", name="Try").click()
    expect(page.locator(".pg-head h1")).to_have_text("Fill a mask")
    expect(page.locator(".pg-model code")).to_have_text(id)


@pytest.mark.parametrize(
    ("id", "said"), [("tiny/mispelt", "The Hub has no model “tiny/mispelt”"), ("not an id", "is not a model ID")]
)
def test_what_cannot_be_fetched_is_one_sentence(place: Place, new_page: NewPage, id: str, said: str) -> None:
    page = go(new_page(), place.address, HUB)
    look(page, id)
    expect(page.locator(".pg-error")).to_contain_text(said)
    expect(page.get_by_role("button", name=FOUND)).to_have_count(0)


def test_an_upload_is_its_visitors_own(place: Place, new_page: NewPage, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
        for file in place.folder.iterdir():
            archive.write(file, file.name)
        archive.writestr("more.bin", bytes(LARGEST))  # so that it is larger than a table may be
    page = go(new_page(), place.address, "models?models_view=My+own")
    page.locator("input[type=file]").set_input_files(tmp_path / "mine.zip")
    expect(page.get_by_text("is ready.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Fill a mask").click()
    expect(page.locator(".pg-model code")).to_contain_text("mine-")
    other = go(new_page(), place.address, "models")
    expect(other.locator(".pg-able").first).not_to_contain_text("mine-")
    tops = other.locator(".pg-able-heads > span").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(tops) > 1 and len(set(tops)) == 1, "all tasks stand in one line"


def test_memory_is_given_back(place: Place, new_page: NewPage) -> None:
    go(new_page(), place.address, "fill-mask")
    page = go(new_page(), place.address, "models?models_view=Memory")
    expect(page.get_by_text("minilm-fill-mask")).to_be_visible()
    page.locator(".st-key-unload_minilm-fill-mask").get_by_role("button", name="Unload").click()
    finished(page)
    expect(page.locator(".pg-model code", has_text="minilm-fill-mask")).to_have_count(0)
