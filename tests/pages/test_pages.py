"""Every page: opens alone and by the router, answers its example, survives bad input, escapes, keeps its inputs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.checkpoints.catalog import Catalog
from core.engine import Visit
from core.errors import ModelLoadError
from core.paths import ROOT
from pages.ui.app import engine
from pages.ui.app.page_table import PAGES
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors
from tests.working import job_of

TEXT_KEYS = {  # a page's first text, and the state that shows it
    "fill_mask": ("fill_text", {}),
    "entities": ("entities_text", {}),
    "questions": ("questions_context", {}),
    "classify": ("classify_text", {}),
    "similarity": ("similarity_text_a", {}),
    "compare": ("compare_fill-mask_text", {"task": "fill-mask"}),
    "attention": ("attention_text", {}),
    "steps": ("steps_text", {}),
    "layers": ("lens_text", {}),
    "explain": ("explain_text-classification_text", {}),
    "objectives": ("masked_text", {}),
    "tokenizers": ("tokenizers_text", {}),
}
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
Open = Callable[..., AppTest]


def test_every_page_file_is_in_the_page_table() -> None:
    assert {page.file for page in PAGES} == {path.name for path in (ROOT / "pages").glob("*.py")}


@pytest.mark.parametrize("name", [Path(page.file).stem for page in PAGES])
def test_page_opens(open_page: Open, name: str) -> None:
    app = open_page(name)
    assert not app.exception
    assert not errors(app)


@pytest.mark.parametrize("name", [Path(page.file).stem for page in PAGES if page.url_path])
def test_page_opens_alone(fake: FakeEngine, name: str) -> None:
    app = AppTest.from_file(ROOT / "pages" / f"{name}.py", default_timeout=30).run()
    assert not app.exception
    assert "What this does not tell you" in bodies(app)


@pytest.mark.parametrize("name", TEXT_KEYS)
@pytest.mark.parametrize("text", ["", "   ", "x" * 200_000], ids=["empty", "blank", "200,000 characters"])
def test_unusable_text_is_one_sentence(open_page: Open, name: str, text: str) -> None:
    key, state = TEXT_KEYS[name]
    app = open_page(name, **{key: text}, **state)
    assert not app.exception
    assert len(errors(app)) == 1
    assert "What this does not tell you" in bodies(app), "the rest of the page is lost"


@pytest.mark.parametrize("name", TEXT_KEYS)
def test_an_empty_box_says_where_to_get_a_text(open_page: Open, name: str) -> None:
    key, state = TEXT_KEYS[name]
    assert "Type a sentence or pick an example." in bodies(open_page(name, **{key: ""}, **state))


@pytest.mark.parametrize("name", TEXT_KEYS)
@pytest.mark.parametrize(
    "text",
    ["🦜 flies ___ 👩‍👩‍👧", "שלום ___ עולם", "a\x00b ___ \x1b[0m", f"{SCRIPT} ___"],
    ids=["emoji", "rtl", "control", "html"],
)
def test_unusual_text_is_shown_letter_for_letter(open_page: Open, name: str, text: str) -> None:
    key, state = TEXT_KEYS[name]
    app = open_page(name, **{key: text}, **state)
    assert not app.exception
    assert not errors(app)
    assert "<script" not in bodies(app)
    assert "onerror=alert(2)>" not in bodies(app)
    assert "\x00" not in bodies(app)


def test_missing_mask_is_one_sentence(open_page: Open) -> None:
    app = open_page("fill_mask", fill_text="No gap here.")
    assert "The text has no gap." in errors(app)[0]


def test_words_of_the_model_are_escaped(open_page: Open) -> None:
    assert "&lt;b&gt;lyon&lt;/b&gt;" in bodies(open_page("fill_mask"))


def test_error_messages_are_escaped(open_page: Open, fake: FakeEngine) -> None:
    fake.broken["minilm-ner"] = ModelLoadError(f"Cannot read {SCRIPT}.", "Try again.")
    (error,) = errors(open_page("entities"))
    assert "&lt;script&gt;" in error
    assert "<script" not in error


def test_no_checkpoint_says_what_to_do(open_page: Open) -> None:
    app = open_page("fill_mask", fill_checkpoints=[])
    assert "Choose a model to see its answer here." in bodies(app)


def test_example_fills_the_inputs(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("questions")
    app.button_group(key="questions_example").set_value("No answer here").run()
    assert app.text_area(key="questions_question").value == "How long does a bee live?"
    assert fake.calls[-1][2][0].question == "How long does a bee live?"
    assert "No answer in the passage." in bodies(app)


def test_own_text_lights_no_example(open_page: Open) -> None:
    app = open_page("fill_mask", fill_text="My own ___.")
    assert not app.button_group(key="fill_example").value


def test_inputs_survive_a_change_of_page(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("fill_mask")
    app.text_area(key="fill_text").set_value("Bread is made of ___.").run()
    app.slider(key="fill_top_k").set_value(7).run()
    app.switch_page("../../entities.py").run()
    app.switch_page("../../fill_mask.py").run()
    assert app.text_area(key="fill_text").value == "Bread is made of ___."
    assert fake.calls[-1][2][0].top_k == 7


def test_several_checkpoints_stand_side_by_side(open_page: Open) -> None:
    app = open_page("similarity", similarity_checkpoints=["minilm", "minilm-ner", "minilm-qa"])
    assert bodies(app).count("pg-cosine") == 3


def test_cost_is_told(open_page: Open) -> None:
    text = bodies(open_page("fill_mask"))
    for part in ("3.0 ms</b> forward", "0.2 ms</b> tokenise", "tokens", "float32 on cpu", "24.0 MB</b> memory"):
        assert part in text


def test_several_gaps_can_be_filled_together(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("fill_mask", fill_text="A ___ of ___.", fill_together=True)
    assert "All gaps together" in bodies(app)
    assert [call[0] for call in fake.calls[-2:]] == ["fill-mask", "fill-mask"]
    assert "toggle" not in {element.type for element in open_page("fill_mask", fill_text="A ___.").main}


def test_own_words_and_every_word(open_page: Open) -> None:
    own = bodies(open_page("fill_mask", fill_view="My own words", own_candidates="one, <b>two</b>,, three"))
    assert "&lt;b&gt;two&lt;/b&gt;" in own
    assert own.count("<tr>") == 4
    assert "Pseudo-log-likelihood" in bodies(open_page("fill_mask", fill_view="Every word"))


SWAPS = {"fill_view": "Spot swaps", "swaps_checkpoints": ["discriminator-a"]}


@pytest.mark.usefixtures("discriminators")
def test_the_most_suspicious_word_is_named(open_page: Open) -> None:
    text = bodies(open_page("fill_mask", **SWAPS, swaps_text="The <b>chef</b> cooked the carpet for dinner."))
    assert "The most suspicious word is “carpet” (0.90)." in text
    assert "1 of 7 words above 0.5" in text
    assert "&lt;b&gt;chef&lt;/b&gt;" in text
    assert text.count("<mark") == text.count("<tr>") - 1 == 7
    nothing = bodies(open_page("fill_mask", **SWAPS, swaps_text="The chef cooked the fish."))
    assert "Nothing looks swapped: no word is above 0.5." in nothing
    assert "the highest is “The” (0.10)" in nothing


@pytest.mark.usefixtures("discriminators")
def test_what_was_fetched_before_is_waited_for(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    started, supporting = [], Catalog.supporting

    def start() -> Visit:
        started.append(fake)
        return fake.of()

    monkeypatch.setattr(engine, "visit", start)
    monkeypatch.setattr(Catalog, "supporting", lambda catalog, task: supporting(catalog, task) if started else ())
    app = AppTest.from_file(ROOT / "pages" / "fill_mask.py", default_timeout=30)
    app.session_state["fill_view"] = "Spot swaps"
    assert not errors(app.run())
    assert app.multiselect(key="swaps_checkpoints").value


@pytest.mark.parametrize(
    ("page", "state"),
    [
        ("fill_mask", SWAPS | {"swaps_checkpoints": []}),
        ("compare", {"task": "replaced-token-detection"}),
        ("compare", {"task": "replaced-token-detection", "compare_view": "Two inputs"}),
        ("compare", {"task": "replaced-token-detection", "compare_view": "A file"}),
    ],
)
def test_a_task_that_no_checkpoint_can_do_is_one_sentence(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, page: str, state: dict[str, object]
) -> None:
    monkeypatch.setattr(Catalog, "supporting", lambda catalog, task: ())
    app = open_page(page, **state)
    assert not app.exception
    (error,) = errors(app)
    assert "No available model was trained for “Spot swaps”." in error
    assert "Download one on the Models page, such as google/electra-small-discriminator." in error
    assert "What this does not tell you" in bodies(app)


def test_names_below_the_least_score_are_left_out(open_page: Open) -> None:
    assert "<mark" in bodies(open_page("entities", entities_least=0.9))
    assert "No names found" in bodies(open_page("entities", entities_least=0.95))


def test_what_not_all_checkpoints_find_is_told_and_dashed(open_page: Open, fake: FakeEngine) -> None:
    both = {"entities_checkpoints": ["minilm-ner", "minilm-ner-short"]}
    assert "Both find the same name." in bodies(open_page("entities", **both))
    fake.blind.add("minilm-ner-short")
    text = bodies(open_page("entities", **both))
    assert "They agree on 0 of 1 name." in text
    assert 'class="dashed"' in text
    fake.blind.add("minilm-ner")
    assert "Both find no names." in bodies(open_page("entities", **both))


WAYS = ("none", "simple", "first", "average", "max")


def test_ways_of_joining_stand_below_one_text(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("entities", entities_view="Grouping tokens", entities_aggregation="max")
    text = bodies(app)
    assert text.count('class="pg-text') == 1
    assert "grouped by “max”" in text
    assert [request.aggregation_strategy for request in fake.calls[-1][2]] == list(WAYS)
    for way in WAYS:
        assert f"<b>{way}</b>" in text
    assert "Tokens with their labels" in text


def test_attention_follows_its_sliders(open_page: Open) -> None:
    app = open_page("attention")
    app.slider(key="attention_layer").set_value(5).run()
    assert "Layer 5, head 2" in bodies(app)


def test_a_layer_chosen_for_a_deeper_network_comes_down_with_its_slider(open_page: Open) -> None:
    app = open_page("attention", attention_layer=9)
    deepest = app.slider(key="attention_layer").max
    assert app.slider(key="attention_layer").value == deepest < 9
    assert f"Layer {int(deepest)}, head 2" in bodies(app)


def test_attention_of_a_file(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("attention", attention_view="A file")
    app.button(key="attention_file_use").click().run()
    assert app.button(key="attention_file_go").label == "Run on 6 rows"
    app.button(key="attention_file_go").click().run()
    run = job_of(app, "attention_file_job", fake).result
    app.run()
    assert not app.exception and not errors(app)
    assert "Done: 6 of 6 rows" in bodies(app)
    assert [task for task, _, _ in fake.calls if task == "attention"] == ["attention"] * 6
    assert app.dataframe[0].value.columns.tolist() == [*next(run.flat_lines())]


def test_what_an_answer_rests_on(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("questions", questions_why=True)
    assert "effect of removing each word" in bodies(app)
    assert "No single word matters." in bodies(app)
    app = open_page("classify", classify_why=True)
    assert "Why “positive”?" in bodies(app)
    app = open_page("entities", entities_text="Oslo is cold.")
    app.selectbox(key="entities_why").select("Oslo (PER)").run()
    assert "Why “PER Oslo”?" in bodies(app)
    assert [len(requests) for _, _, requests in fake.calls[-1:]] == [3]
    app = open_page("classify", classify_why=True, classify_text="Great")
    assert "There is no word to remove." in errors(app)[0]
    assert "Classes and probabilities" in bodies(app)
