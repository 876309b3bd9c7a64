"""Home's box and the cards below it: one sentence read in five ways while somebody types, then a card for each page."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.first_answers import first_answers
from core.first_look import MOST_CHARACTERS, READINGS, FirstLook, HeadLinks, check, opening, with_gap
from core.text.spans import WORD
from pages.ui.app import engine
from pages.ui.app.guard import guard
from pages.ui.app.page_table import Page, find_page, grouped, link_target
from pages.ui.figures.acts import on_act
from pages.ui.figures.markup import escape, show
from pages.ui.inputs.hiding import untouched
from pages.ui.inputs.texts import sentence_box
from pages.ui.inputs.writing import LONGEST_IN_ADDRESS, write
from pages.ui.views.home import first_look as pictures

TEXT = "home_text"  # the field of the sentence
KEPT = "Change the sentence: the models answer as you type. Click a card to look closer."

WHOLE, ELSEWHERE = "Click the card to read the whole text.", "Its page reads longer texts: paste this one there."

Query = dict[str, str]


@dataclass(frozen=True)
class Card:
    """One way to read the sentence: `reading` names it in core.first_look, `query` gives its page the sentence."""

    reading: str
    title: str
    file: str
    picture: Callable[[Any], str]
    query: Callable[[str], Query]


def hidden_query(sentence: str) -> Query:
    """The sentence with its gap."""
    return {"fill_text": gapped(sentence)}


def gapped(sentence: str) -> str:
    """The sentence with its gap; without a word to hide, as it is."""
    return with_gap(sentence) if WORD.search(sentence) else sentence


def names_query(sentence: str) -> Query:
    """The sentence as the text."""
    return {"entities_text": sentence}


def sentiment_query(sentence: str) -> Query:
    """The sentence as the text."""
    return {"classify_text": sentence}


def neighbours_query(sentence: str) -> Query:
    """The sentence against ours."""
    return {"view": "One to many", "search_query": sentence, "search_texts": "\n".join(opening().neighbours)}


def links_query(sentence: str) -> Query:
    """The sentence, and the head that is drawn."""
    head = {"attention_layer": str(opening().layer), "attention_head": str(opening().head)}
    return {"attention_text": sentence} | head


CARDS = (
    Card("hidden", "Hidden word", "fill_mask.py", pictures.hidden_word, hidden_query),
    Card("names", "Names", "entities.py", pictures.names, names_query),
    Card("sentiment", "Sentiment", "classify.py", pictures.sentiment, sentiment_query),
    Card("neighbours", "Nearest sentences", "similarity.py", pictures.neighbours, neighbours_query),
    Card("links", "One attention head", "attention.py", pictures.head_links, links_query),
)


@st.fragment
def read_along() -> None:
    """The box and, while somebody types into it, five answers."""
    engine.new_run()
    sentence = sentence_box("Your sentence", opening().sentence, TEXT, label_visibility="collapsed")
    line = st.container(key="home-line").empty()
    with st.container(key="home-readings"):
        places = [framed(card, sentence) for card in CARDS]
    with line, guard():
        check(sentence)
        kept = first_answers() if sentence == opening().sentence else None
        show(f'<p class="pg-legend">{draw_kept(kept, places) if kept else draw_asked(sentence, places, line)}</p>')
    on_act(lambda places: write(TEXT, untouched(gapped(sentence)).put(places).text))


def framed(card: Card, sentence: str) -> DeltaGenerator:
    """The place of an answer, all of which is a link to its page with the sentence."""
    place = st.container(border=True, key=f"card-reading-{card.reading}")
    page = find_page(card.file)
    fits = len(sentence) <= LONGEST_IN_ADDRESS
    query = card.query(sentence) if sentence.strip() and fits else None
    place.page_link(link_target(page), label=f"**{card.title}**", icon=page.icon, query_params=query)
    if len(sentence) > MOST_CHARACTERS:
        with place:
            show(f'<p class="pg-empty">{WHOLE if fits else ELSEWHERE}</p>')
    return place


def draw_kept(kept: FirstLook, places: Sequence[DeltaGenerator]) -> str:
    """Draws the answers that came with the app, and says so."""
    for card, place in zip(CARDS, places, strict=True):
        with place:
            draw(card, getattr(kept, card.reading))
    return KEPT


def draw(card: Card, answer: Any) -> None:
    """One answer in its card."""
    show(card.picture(answer))
    if isinstance(answer, HeadLinks):
        pictures.draw_arcs(answer)


def draw_asked(sentence: str, places: Sequence[DeltaGenerator], line: DeltaGenerator) -> str:
    """Asks the engine, draws each answer as it comes, and says how long all took."""
    with line, st.spinner(engine.STARTING, show_time=True):
        one = engine.visit()
    began = time.perf_counter()
    for card, place in zip(CARDS, places, strict=True):
        with place, guard():
            draw(card, READINGS[card.reading](one.engine, one.library.catalog, sentence))
    return f"Answered in {(time.perf_counter() - began) * 1000:.0f} ms. Click a card to look closer."


def groups() -> None:
    """The pages by group, a card each."""
    for group, pages in grouped().items():
        if group:
            show(f'<h2 class="pg-group-title">{escape(group)}</h2>')
            with st.container(key=f"group-{group.lower().replace(' ', '-')}"):
                for page in pages:
                    page_card(page)


def page_card(page: Page) -> None:
    """A page's icon and title, and what can be found out there; all of it is a link."""
    with st.container(border=True, key=f"card-{page.url_path}"):
        st.page_link(link_target(page), label=f"**{page.title}**", icon=page.icon)
        show(f"<p>{escape(page.sentence)}</p>")
