"""What leaves a page: recorded figures, the HTML file of one, the code, the long texts of a link."""

import base64
import random
import re
import zlib
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import InputError, ModelLoadError
from core.paths import ROOT
from pages.ui.app import link
from pages.ui.figures import figure
from pages.ui.figures.standalone import standalone
from tests.fake_engine import FakeEngine
from tests.pages.conftest import ROUTER
from tests.pages.reading import bodies, errors

Open = Callable[..., AppTest]
ADDRESSES = (
    "fill-mask",
    "fill-mask?fill_view=My+own+words",
    "fill-mask?fill_view=Every+word",
    "fill-mask?fill_view=Spot+swaps",
    "entities?entities_checkpoints=minilm-ner&entities_checkpoints=minilm-ner-short",
    "entities?entities_view=Grouping+tokens",
    "questions?questions_top_k=2",
    "questions?questions_view=Several+questions",
    "classify?classify_why=true",
    "classify?classify_view=My+own+labels",
    "similarity?similarity_layers=true&similarity_centred=true",
    "similarity?view=One+to+many",
    "similarity?view=All+pairs&matrix_sort=true",
    "similarity?view=One+word&contexts_layer=3",
    "compare?task=token-classification",
    "compare?task=fill-mask&compare_view=Two+inputs",
    "attention?attention_layer=5&attention_head=7",
    "attention?attention_way=Rollout&attention_picture=Heat+map",
    "leaderboard?leaderboard_view=Scores&leaderboard_column=Sentiment&leaderboard_cost=Time+per+sentence",
    "leaderboard?leaderboard_view=Curves&leaderboard_axis=Time",
    "tokenizers?tokenizers_checkpoints=minilm&tokenizers_checkpoints=minilm-ner",
    "tokenizers?tokenizers_view=IDs+and+positions",
    "tokenizers?tokenizers_view=Vocabulary&tokenizers_wanted=light",
    "steps?steps_layer=2&steps_head=3",
    "layers",
    "explain",
)
LONG = 'A "long" <b>passage</b> & more, ünïcode 🦜 & all. ' * 60
VIEWS: list[tuple[str, dict[str, object]]] = [
    ("fill_mask", {}),
    ("fill_mask", {"fill_text": "A ___ of ___.", "fill_together": True}),
    ("fill_mask", {"fill_view": "My own words"}),
    ("fill_mask", {"fill_view": "Every word"}),
    ("fill_mask", {"fill_view": "Spot swaps"}),
    ("entities", {"entities_least": 0.35}),
    ("entities", {"entities_view": "Grouping tokens"}),
    ("questions", {}),
    ("questions", {"questions_view": "Several questions"}),
    ("classify", {}),
    ("classify", {"classify_view": "My own labels"}),
    ("similarity", {}),
    ("compare", {}),
    ("attention", {"attention_checkpoints": ["minilm", "minilm-ner"]}),
    ("tokenizers", {}),
    ("tokenizers", {"tokenizers_view": "IDs and positions", "tokenizers_checkpoints": ["minilm", "minilm-ner"]}),
    ("tokenizers", {"tokenizers_view": "Vocabulary"}),
]


def recorded(app: AppTest) -> list[figure.Figure]:
    """The figures of the page."""
    return [one for one in app.session_state[figure.STATE].values() if one.parts]


def codes(app: AppTest) -> list[str]:
    """The Python that the page offers."""
    return [element.value for element in app.code]


@pytest.mark.usefixtures("discriminators")
@pytest.mark.parametrize(("name", "state"), VIEWS)
def test_every_view_has_figures_and_code(open_page: Open, name: str, state: dict[str, object]) -> None:
    app = open_page(name, **state)
    assert recorded(app)
    assert codes(app)
    for text in codes(app):
        compile(text, "copied.py", "exec")
        assert "core" not in re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)


def test_what_a_page_leaves_out_the_code_leaves_out(open_page: Open) -> None:
    assert "least=0.35" in codes(open_page("entities", entities_least=0.35))[0]


def test_a_figure_holds_what_is_drawn_in_it_and_no_more(open_page: Open) -> None:
    whole, curve = recorded(open_page("questions"))
    assert (whole.title, curve.title) == ("", "Where an answer could start and end")
    assert whole.checkpoint == curve.checkpoint == "minilm-qa"
    assert all(part in whole.parts for part in curve.parts)
    assert [isinstance(part, str) for part in curve.parts] == [True, False]
    assert "pg-answer" in str(whole.parts)
    assert "pg-cost" not in str(whole.parts)


def test_figures_are_those_of_the_last_run(open_page: Open) -> None:
    app = open_page("similarity", similarity_checkpoints=["minilm", "minilm-ner", "minilm-qa"])
    assert [one.key for one in recorded(app)] == ["minilm", "minilm-ner", "minilm-qa"]
    app.multiselect(key="similarity_checkpoints").set_value(["minilm-qa"]).run()
    assert [one.key for one in recorded(app)] == ["minilm-qa"]


def test_an_error_is_no_figure(open_page: Open, fake: FakeEngine) -> None:
    fake.broken["minilm-ner"] = ModelLoadError("Cannot read it.", "Try again.")
    app = open_page("entities", entities_checkpoints=["minilm-ner", "minilm-ner-short"])
    assert [one.key for one in recorded(app)] == ["minilm-ner-short"]


def test_a_missing_card_is_a_word_and_no_error(
    open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(checkpoint: str) -> str:
        raise ModelLoadError(f"“{checkpoint}” has no model card.")

    monkeypatch.setattr(fake.library, "card", missing)
    app = open_page("fill_mask")
    assert not errors(app)
    assert "This model came without a model card." in [element.value for element in app.markdown]


def test_a_figure_alone_needs_nothing_else(open_page: Open) -> None:
    whole, curve = recorded(open_page("questions", questions_question="<script>alert(1)</script>"))
    page = standalone(whole, ["<script>alert(2)</script>", "revision 1"])
    assert "alert(1)" not in page
    assert "&lt;script&gt;alert(2)" in page
    assert page.count("Plotly.newPlot(") == 1
    assert not re.findall(r"<(?:link|script|img)[^>]*(?:src|href)=[\"']?http", page)
    assert len(page) > 3_000_000, "the script of the charts is not in it"
    assert "light-dark(" in page
    plain = standalone(recorded(open_page("fill_mask"))[0], ["Fill a mask"])
    assert "Plotly" not in plain
    assert "<script" not in plain


def test_the_script_of_charts_is_in_a_file_once(open_page: Open) -> None:
    whole, curve = recorded(open_page("questions"))
    whole.parts.append(curve.parts[-1])
    page = standalone(whole, ["Two charts"])
    assert page.count("Plotly.newPlot(") == 2
    assert len(page) < 1.5 * len(standalone(curve, ["One chart"]))


@pytest.mark.parametrize("texts", [{}, {"a": ""}, {"b": LONG, "a": "שלום\n\t\x00"}])
def test_texts_come_back_from_a_link(texts: dict[str, str]) -> None:
    word = link.pack(texts)
    assert re.fullmatch(r"[\w-]*", word)
    assert link.unpack(word) == texts


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_brings_back_what_is_seen(fake: FakeEngine, address: str) -> None:
    page, _, query = address.partition("?")
    app = visit(page, parse_qs(query))
    for examples in [group for group in app.button_group if group.label == "Examples"][:1]:
        app = examples.set_value(examples.options[1]).run()
        assert examples.key not in app.query_params
    assert seen(visit(page, app.query_params)) == seen(app)


def visit(page: str, query: Mapping[str, list[str]]) -> AppTest:
    """What somebody sees who opens this address."""
    app = AppTest.from_file(ROUTER, default_timeout=30).run()
    for key, values in query.items():
        app.query_params[key] = values
    app.switch_page(f"../../{page.replace('-', '_')}.py").run()
    assert not app.exception
    return app


def seen(app: AppTest) -> tuple[str, dict[str, object]]:
    """All that the page draws, but for times, and what its widgets say."""
    kinds = (app.text_input, app.text_area, app.multiselect, app.selectbox, app.slider, app.checkbox, app.toggle)
    values = {one.key: one.value for kind in kinds for one in kind}
    return re.sub(r"[\d.]+ ms", "", bodies(app)), values


def packed(plain: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(plain)).decode()


@pytest.mark.parametrize(
    "word",
    [
        "",
        "x",
        "%%%",
        "ünï",
        link.pack({"a": LONG})[:-9],
        packed(b'{"a": 1}'),
        packed(b'["a"]'),
        packed(b'{"a": "\\ud800"}'),
        packed(b"\xff"),
        packed(b"[" * 1_000_000),
        packed(b'{"a": "' + b"x" * (link.MOST_BYTES + 1) + b'"}'),
    ],
    ids=range(11),
)
def test_a_damaged_link_is_one_sentence(word: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        link.unpack(word)


def arrive(fake: FakeEngine, page: str, word: str) -> AppTest:
    """A page opened by a link with long texts."""
    app = AppTest.from_file(ROOT / "pages" / f"{page}.py", default_timeout=30)
    app.query_params[link.PARAMETER] = word
    return app.run()


def test_long_texts_arrive_and_can_be_edited(fake: FakeEngine) -> None:
    app = arrive(fake, "questions", link.pack({"questions_context": LONG, "password": "x", "questions_top_k": "9"}))
    assert app.text_area(key="questions_context").value == LONG
    assert fake.calls[-1][2][0].context == LONG
    assert fake.calls[-1][2][0].top_k == 3, "only texts come this way"
    assert "password" not in app.session_state
    app.text_area(key="questions_context").set_value("Short.").run()
    assert app.text_area(key="questions_context").value == "Short."
    assert link.PARAMETER not in app.query_params


def test_a_damaged_link_leaves_the_page(fake: FakeEngine) -> None:
    app = arrive(fake, "questions", "eJw")
    assert not app.exception
    (error,) = errors(app)
    assert "cannot be read" in error
    assert "pg-answer" in bodies(app)


def test_what_no_link_can_hold_is_told(open_page: Open) -> None:
    assert any("except files" in element.value for element in open_page("questions").caption)
    noise = "".join(chr(random.Random(n).randrange(0x4E00, 0x9FFF)) for n in range(20_000))
    told = [element.value for element in open_page("questions", questions_context=noise).markdown]
    assert any("20,000 characters are too long for a link" in text for text in told)
