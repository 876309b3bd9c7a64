"""The page Attention: what is shown of a text, and the view of heads."""

from collections.abc import Callable
from contextlib import nullcontext
from io import BytesIO

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.inspect.heads import RELATIONS
from pages.ui.views.attention import heads
from pages.ui.views.attention.chosen import apart, places
from pages.ui.views.attention.options import FLOW, LAYER, MAP, WAYS
from tests.pages.reading import bodies, errors

Open = Callable[..., AppTest]
ROWS = "1\tA\ta\tDET\t_\t_\t2\tdet\t_\t_\n2\tcat\tcat\tNOUN\t_\t_\t0\troot\t_\t_\n\n"


def find(app: AppTest) -> str:
    app.button(key="attention_find").click().run()
    app.run()
    assert not app.exception
    return bodies(app)


def test_heads_stand_beside_the_paper(open_page: Open) -> None:
    app = open_page("attention", attention_view="Heads")
    text = find(app)
    assert not errors(app)
    assert all(heads.WORDS[relation] in text for relation in RELATIONS)
    assert "58.5 % <small>(nsubj)</small>" in text
    assert "45.5 %" in text
    assert text.count('class="pg-claim"') == 6
    assert text.count('data-act="') == len(RELATIONS) + heads.SHOWN * len(heads.HABIT_WORDS | heads.OTHER_WORDS)
    again = open_page("attention", attention_view="Heads", attention_heads_job=app.session_state[heads.KEY])
    assert "Which head finds what" in bodies(again)


def test_claims_of_heads_are_judged_for_each_of_several_models(open_page: Open) -> None:
    text = find(open_page("attention", attention_view="Heads", attention_checkpoints=["minilm", "mini-bert"]))
    assert text.count("Which head finds what") == 2
    assert text.count('<div class="pg-claim">') == 6
    assert text.count("pg-verdict ") == text.count("Margin ") == 12


def test_heads_of_a_file(open_page: Open) -> None:
    app = open_page("attention", attention_view="Heads", attention_sentences=heads.FILE)
    assert "There is no file yet." in bodies(app)
    app.file_uploader(key="attention_conllu").set_value(("a.conllu", ROWS.encode() * 25, "text/plain")).run()
    text = find(app)
    assert "determiner → noun" in text
    assert "subject → verb" not in text
    app.file_uploader(key="attention_conllu").set_value(("b.conllu", b"no columns", "text/plain")).run()
    assert "Line 1 has 1 columns" in bodies(app)
    app.file_uploader(key="attention_conllu").set_value(("c.conllu", ROWS.encode(), "text/plain")).run()
    assert "needs at least 20" in find(app)


def test_a_file_is_read_from_where_uploads_lie(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an upload Streamlit itself holds nothing; what was kept of it can be read once."""
    kept = [BytesIO(ROWS.encode() * 25)]
    monkeypatch.setattr("pages.ui.inputs.conllu.opened", lambda file: nullcontext(kept.pop()))
    app = open_page("attention", attention_view="Heads", attention_sentences=heads.FILE)
    app.file_uploader(key="attention_conllu").set_value(("a.conllu", b"", "text/plain")).run()
    app.run()
    assert app.button(key="attention_find").label == "Find heads in 25 sentences"


def test_a_click_shows_the_head_on_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "query_params", {})
    monkeypatch.setattr(heads, "known", lambda: {"minilm"})
    for act in ("3.4 unknown", "3 minilm", "x.y minilm", "<b> minilm"):
        heads.jump(act)
    assert not state
    heads.jump("3.4 minilm")
    state.pop("written")
    assert state == {
        "attention_layer": 3,
        "attention_head": 4,
        "attention_checkpoints": ["minilm"],
        "attention_view": "One text",
    }


@pytest.mark.parametrize("way", WAYS)
def test_every_way_is_drawn_with_how_its_tokens_were_treated(open_page: Open, way: str) -> None:
    app = open_page("attention", attention_way=way)
    assert not app.exception
    assert not errors(app)
    text = bodies(app)
    assert "whole words, special tokens hidden and rows renormalised" in text
    assert 'aria-label="Strongest links"' in text
    if way != LAYER:
        app = open_page("attention", attention_way=way, attention_picture=MAP, attention_specials="Shown")
        assert "whole words; each row shows" in bodies(app)


def test_flow_of_a_long_text_says_what_to_do(open_page: Open) -> None:
    app = open_page("attention", attention_way=FLOW, attention_text="word " * 40)
    assert not app.exception
    assert "flow is computed for up to 32" in bodies(app)


def test_between_two_texts_only(open_page: Open) -> None:
    app = open_page("attention", attention_text_pair="Another text.")
    assert app.selectbox(key="attention_between").value == "Everywhere"
    app.selectbox(key="attention_between").set_value("First → first text").run()
    assert not app.exception
    assert not errors(app)
    assert "rows renormalised, first → first text; links from" in bodies(app)


def test_heads_are_named_by_layer_and_head() -> None:
    assert places("3.4, 5.12", (6, 12)) == [(2, 3), (4, 11)]
    for text in ("7.1", "0.3", "3", "3.4;5", "a.b", "", ","):
        with pytest.raises(InputError):
            places(text, (6, 12))


def test_two_models_differ_word_by_word(open_page: Open) -> None:
    both = ["minilm", "minilm-ner"]
    app = open_page("attention", attention_checkpoints=both)
    assert not app.exception
    assert not errors(app)
    assert "blue: MiniLM attends more, orange: " in bodies(app)
    assert "<b>Difference</b>" not in bodies(open_page("attention", attention_checkpoints=both, attention_way=LAYER))


def test_two_inputs_stand_beside_each_other_with_their_difference(open_page: Open) -> None:
    app = open_page("attention", attention_text="The cat sat on it.", attention_other="The dog sat on it.")
    assert not app.exception
    assert not errors(app)
    text = bodies(app)
    assert "<b>First input</b>" in text
    assert "<b>Second input</b>" in text
    assert "word by word" in text
    assert "blue: the first attends more" in text
    app = open_page("attention", attention_text="The cat sat.", attention_other="A dog ran home, quickly.")
    assert "No difference is shown." in bodies(app)
    app = open_page("attention", attention_other="Another.", attention_checkpoints=["minilm", "minilm-ner"])
    assert not app.exception
    assert bodies(app).count("<b>Second input</b>") == 2


def test_why_two_models_have_no_difference_is_said() -> None:
    words = ("An", "old", "bridge", "fell", "down")
    assert apart(words, (*words[:3], "fe")) == "One of them read less of the text"
    assert apart(words, ("an", *words[1:4])) == "Their words are divided differently"
    assert apart(words, ("an", *words[1:])) == "Their words are divided differently"
