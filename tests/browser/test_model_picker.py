"""The picker of models, by mouse and by keyboard."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.visiting import finished, go

NewPage = Callable[..., Page]


def box_of(page: Page) -> Locator:
    """What one types into."""
    return page.get_by_role("combobox", name="Models")


def test_enter_picks_what_the_search_shows(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "similarity")
    box_of(page).fill("roberta")
    shown = page.locator(f"#{box_of(page).get_attribute('aria-activedescendant')}")
    expect(shown).to_have_class("active")
    name = shown.locator("b").inner_text()
    assert "RoBERTa" in name
    page.keyboard.press("Enter")
    expect(page.locator(".pg-model")).to_have_count(2)
    expect(page.locator(".pg-model").nth(1)).to_contain_text(name)
    expect(box_of(page)).to_have_value("")
    page.wait_for_url("**/similarity?similarity_checkpoints=minilm&similarity_checkpoints=mini-roberta**")


def test_models_stand_in_groups_with_a_line_each(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "similarity")
    box_of(page).click()
    trained = page.get_by_role("group", name="Trained for this task").get_by_role("option")
    expect(trained.first).to_contain_text("MiniLM")
    expect(trained.first).to_contain_text("sentence pairs")
    expect(trained.first).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("group", name="Other encoders").get_by_role("option")).not_to_have_count(0)
    expect(page.get_by_text("Select all")).to_have_count(0)


def test_everything_can_be_removed_and_chosen_again(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "fill-mask")
    page.get_by_role("button", name="Remove MiniLM · masked words").click()
    expect(page.get_by_text("Choose a model to see its answer here.")).to_be_visible()
    expect(page.locator(".pg-model")).to_have_count(0)
    box_of(finished(page)).click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".pg-model")).to_have_count(1)


def test_a_fifth_model_has_to_wait(server: str, new_page: NewPage) -> None:
    ids = ("minilm", "mini-bert", "mini-roberta", "mini-electra")
    page = go(new_page(), server, "tokenizers?" + "&".join(f"tokenizers_checkpoints={one}" for one in ids))
    box_of(page).fill("deberta")
    expect(page.get_by_text("Remove one to choose another.")).to_be_visible()
    expect(page.get_by_role("option").first).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Backspace")
    expect(page.get_by_role("button", name="Remove Mini ELECTRA")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove Mini RoBERTa")).to_be_visible()


def test_one_of_all_models_is_exchanged_for_another(server: str, new_page: NewPage) -> None:
    page = go(new_page(), server, "tokenizers?tokenizers_view=Vocabulary")
    box = page.get_by_role("combobox", name="Model", exact=True)
    box.fill("nothing is called so")
    expect(page.get_by_text("No model matches “nothing is called so”.")).to_be_visible()
    box.fill("deberta")
    page.keyboard.press("Enter")
    page.wait_for_url("**tokenizers_one_checkpoint=mini-deberta**")
