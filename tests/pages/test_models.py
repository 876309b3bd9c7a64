import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl

from streamlit.testing.v1 import AppTest

from core.checkpoints.catalog import load_catalog
from core.checkpoints.known import known_checkpoints
from pages.ui.app.families import family
from pages.ui.figures.markup import escape
from pages.ui.views.models.known import matching
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors

Open = Callable[..., AppTest]


def test_every_checkpoint_has_its_row_and_one_is_told_in_words(open_page: Open) -> None:
    app = open_page("models")
    for row in load_catalog():
        assert row.id in bodies(app)
    assert "Trained for this: masked-language modelling." in bodies(app)
    app.selectbox(key="models_one").select("minilm-qa").run()
    assert "Trained for this: extractive question answering." in bodies(app)
    assert "It was not trained to label words. Use <b>MiniLM (entities)</b> instead." in bodies(app)


def test_a_family_is_a_line_that_opens(open_page: Open) -> None:
    text = bodies(open_page("models"))
    lines = re.findall(r"<summary.*?</summary>", text)
    families = {family(row.family).name: 0 for row in load_catalog()}
    for row in load_catalog():
        families[family(row.family).name] += 1
    assert re.findall(r"<b>(\w+)</b> <small>(\d+) models?</small>", "".join(lines)) == [
        (name, str(count)) for name, count in families.items()
    ]
    assert "<details open" not in text
    swaps = [re.findall(r'title="([^"]+)"', line)[2] for line in lines]  # after the mark and “Fill gaps”
    able = Counter(family(row.family).name for row in load_catalog() if "replaced-token-detection" in row.tasks)
    assert able["ELECTRA"]
    assert swaps == [
        f"Spot swaps: {'yes' if name in able else 'no'}, {able.get(name, count)} of {count}"
        for name, count in families.items()
    ]


def test_one_in_words_is_a_click_away(open_page: Open) -> None:
    app = open_page("models", models_one="minilm-qa")
    first = next(element.proto for element in app.main if element.type == "page_link")
    assert (first.page, first.query_string) == ("questions", "questions_checkpoints=minilm-qa")


def test_a_row_of_the_catalogue_offers_to_try_what_is_here_and_to_download_the_rest(open_page: Open) -> None:
    known = known_checkpoints()["allenai/scibert_scivocab_uncased"]
    load_catalog().add(replace(load_catalog()["minilm-fill-mask"], id=known.id, source="hub"))
    try:
        app = open_page("models", models_view="From the Hub", models_find="bert trained on")
    finally:
        load_catalog().remove(known.id)
    (link,) = [element.proto for element in app.main if element.type == "page_link"]
    assert (link.label, link.page) == ("Try", "fill-mask")
    assert parse_qs(link.query_string) == {"fill_checkpoints": [known.id], "fill_text": [known.example]}
    shown = matching(known_checkpoints().values(), "bert trained on")
    assert known in shown
    assert len([button for button in app.button if button.label == "Download"]) == len(shown) - 1 > 0


def test_all_models_are_listed_with_what_they_are_for(open_page: Open) -> None:
    app = open_page("models", models_view="All models")
    for row in load_catalog():
        assert escape(row.summary) in bodies(app)
    assert "using 70.0 MB of 2,000.0 MB" in bodies(app)
    links = [element.proto for element in app.main if element.type == "page_link"]
    found = {link.query_string: (link.label, link.page) for link in links}
    assert len(found) == len(links) == len(list(load_catalog()))
    assert found["fill_checkpoints=mini-bert"] == ("Try", "fill-mask")
    assert found["entities_checkpoints=mini-bert-ner"] == ("Try entities", "entities")
    assert found["swaps_checkpoints=minilm-swaps&fill_view=Spot+swaps"] == ("Try swaps", "fill-mask")


def test_the_next_sentence_is_tried_on_compare(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("models", models_one="mini-bert")
    links = [element.proto for element in app.main if element.type == "page_link"]
    (link,) = [one for one in links if one.label == "Next sentence"]
    app.query_params.clear()
    for key, value in parse_qsl(link.query_string):
        app.query_params[key] = value
    app.switch_page(f"../../{link.page}.py").run()
    assert not app.exception
    assert fake.calls[-1][:2] == ("next-sentence-prediction", "mini-bert")


def test_what_fills_gaps_and_what_spots_swaps_point_at_their_views(open_page: Open, discriminators: list[str]) -> None:
    app = open_page("models", models_one=discriminators[0])
    instead = "use “Spot swaps” on the Fill a mask page. Use <b>Mini ELECTRA&#x27;s generator</b>"
    assert instead in bodies(app)
    app.selectbox(key="models_one").select("minilm-fill-mask").run()
    assert "use “Fill the gaps” on the Fill a mask page. Use <b>" in bodies(app)


def test_a_new_discriminator_is_tried_in_its_view(open_page: Open, discriminators: list[str]) -> None:
    app = open_page("models", models_view="My own", own_checkpoints=tuple(discriminators[:1]))
    first = next(element.proto for element in app.main if element.type == "page_link")
    assert first.page == "fill-mask"
    assert first.query_string == f"swaps_checkpoints={discriminators[0]}&fill_view=Spot+swaps"


def test_the_catalogue_is_searched_by_words(open_page: Open) -> None:
    app = open_page("models", models_view="From the Hub")
    assert all(row.name in bodies(app) for row in known_checkpoints().values())
    app.text_input(key="models_find").set_value("roberta entities").run()
    assert "Nothing in the catalogue has “roberta entities”" in bodies(app)
    app.text_input(key="models_find").set_value("distilbert entities").run()
    assert "dslim/distilbert-NER" in bodies(app)
    assert "bert-large-cased" not in bodies(app)


def test_an_id_that_is_not_there_is_one_sentence(open_page: Open) -> None:
    app = open_page("models", models_view="From the Hub", models_id="google-bert/bert-base-cased")
    next(button for button in app.button if button.label == "Look up").click().run()
    assert len(errors(app)) == 1
    assert "What this does not tell you" in bodies(app)


def test_a_download_that_cannot_begin_is_one_sentence_in_its_row(open_page: Open) -> None:
    app = open_page("models", models_view="From the Hub", models_find="legal")
    next(button for button in app.button if button.label == "Download").click().run()
    assert len(errors(app)) == 1


def test_memory_is_given_back_but_for_a_model_in_use(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("models", models_view="Memory")
    assert "70.0 MB of 2,000.0 MB in use; float32 on cpu" in bodies(app)
    assert {row.id for row in load_catalog()} == loaded_models(app)
    fake.in_use.add("minilm-qa")
    app.button(key="unload_minilm-qa").click().run()
    assert "MiniLM (questions) is answering right now." in bodies(app)
    app.button(key="unload_minilm-ner").click().run()
    assert "is answering right now" not in bodies(app)
    assert {row.id for row in load_catalog()} - loaded_models(app) == {"minilm-ner"}


def loaded_models(app: AppTest) -> set[str]:
    """The ids of those that the memory holds."""
    return set(
        re.findall(
            r'<div class="pg-model">.*?<code>(.+?)</code><span>22.7 M parameters, 24.0 MB of its own', bodies(app)
        )
    )


def test_what_a_checkpoint_warns_of_stands_under_its_name(open_page: Open) -> None:
    row = replace(load_catalog()["minilm"], id="noted", note="Its head was not in the file.")
    load_catalog().add(row)
    try:
        app = open_page("attention", attention_checkpoints=["noted"])
        assert "Its head was not in the file." in bodies(app)
    finally:
        load_catalog().remove("noted")
    assert "noted" not in {row.id for row in load_catalog()}


def test_an_upload_of_another_visitor_is_on_no_page(open_page: Open) -> None:
    load_catalog().add(replace(load_catalog()["minilm"], id="theirs-1234", name="Theirs", owner="them"))
    try:
        for page in ("home", "models", "attention"):
            assert "theirs" not in bodies(open_page(page)).lower()
        assert "Theirs" in bodies(open_page("models", visitor="them", models_view="All models"))
    finally:
        load_catalog().remove("theirs-1234")


def test_why_an_archive_was_refused_stays_until_the_next_one(open_page: Open) -> None:
    app = open_page("models", models_view="My own")
    app.file_uploader(key="models_archive").set_value(("mine.zip", b"nothing", "application/zip")).run()
    assert len(errors(app)) == 1
    assert "“mine.zip” is not a ZIP archive." in errors(app)[0]
    assert len(errors(app.run())) == 1
    app.file_uploader(key="models_archive").set_value(None).run()
    assert not errors(app)


def test_which_one_for_me_has_reasons_with_sources(open_page: Open) -> None:
    app = open_page("models", models_view="Which one for me?", choosing_purpose="names")
    assert not app.exception
    body = bodies(app)
    assert "MiniLM · entities" in body
    assert "1. MiniLM" not in body, "larger ones come first"
    assert "measured here" in body
    assert "estimated from its layers" in body
    assert "Kaplan et al. 2020" in body


def test_writing_is_not_for_a_bert(open_page: Open) -> None:
    app = open_page("models", models_view="Which one for me?", choosing_purpose="writing")
    assert not app.exception
    assert "Not a BERT at all: it does not write." in bodies(app)
