"""Home as it is served, before any script of Streamlit's: the first sentence with the answers that came with the app.

It lies over the page until the real one stands below it, and looks like it. What else is there follows then.
"""

import json
from base64 import b64encode
from functools import cache
from html import escape

from core.first_answers import first_answers
from core.first_look import opening
from core.paths import ASSETS
from pages.ui.app.page_table import BRAND, ICON, STYLE
from pages.ui.views.home import first_look as pictures
from pages.ui.views.home.cards import CARDS, KEPT
from pages.ui.views.home.welcome import OPENING


@cache
def first_paint() -> str:
    """The HTML that goes behind the page's root; nothing where other weights than the stored ones would answer."""
    kept = first_answers()
    if kept is None:
        return ""
    cards = "".join(
        f'<div class="card st-key-card-reading-{card.reading}"><b>{escape(card.title)}</b>'
        f'<div class="stHtml">{card.picture(getattr(kept, card.reading))}</div>'
        f"{ARCS if card.reading == 'links' else ''}</div>"
        for card in CARDS
    )
    arcs = json.dumps(pictures.arcs(kept.links)).replace("<", "\\u003c")  # so that no text of it ends the script
    styles = "".join(read(name) for name in (STYLE.name, "first_paint.css"))
    return f"""
    <div id="first-paint" aria-hidden="true" inert>
      <style>{styles}</style>
      <div class="bar"><img src="data:image/svg+xml;base64,{encode(read(ICON.name))}" alt="">{BRAND}</div>
      <div class="stMainBlockContainer">
        <div class="stHtml">{OPENING}</div>
        <div class="box">{escape(opening().sentence)}</div>
        <div class="st-key-home-line"><div class="stHtml"><p class="pg-legend">{KEPT}</p></div></div>
        <div class="st-key-home-readings">{cards}</div>
      </div>
      <script type="application/json">{arcs}</script>
      <script type="module" async>
        import arcs from "data:text/javascript;base64,{encode(read("head_arcs.js"))}";
        {read("first_paint.js")}
      </script>
    </div>"""


ARCS = '<div class="stHtml"><div class="arcs"></div></div>'


def read(name: str) -> str:
    """A file of assets/."""
    return (ASSETS / name).read_text(encoding="utf-8")


def encode(text: str) -> str:
    """For a data address."""
    return b64encode(text.encode()).decode()
