"""Switch it off: heads, layers and feed-forward parts are silenced, and the prediction is read again."""

from functools import partial

import streamlit as st

from core.inspect.ablation import read_heads, read_layers, toggled
from core.inspect.explain_run import SwitchedOff, WhatToExplain
from core.snippets import snippet
from core.tasks.ablation.schema import NetworkPart
from pages.ui.answers import ablation
from pages.ui.app import desk, library
from pages.ui.app.desk import answer
from pages.ui.app.engine import get_engine
from pages.ui.app.replies import Reply
from pages.ui.figures.acts import on_act
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.inputs.kept import kept_text
from pages.ui.inputs.writing import write
from pages.ui.views.explain.asking import ask_what, asks_for_file, choose_in_settings, explained
from pages.ui.views.explain.off_file import off_file
from pages.ui.views.side_by_side import draw

HEADS, LAYERS, FEED_FORWARDS = "explain_heads", "explain_layers", "explain_feed_forwards"
EACH: dict[str, NetworkPart] = {"Heads": "heads", "Layers": "layers", "Feed-forward parts": "feed-forwards"}
BOXES: dict[NetworkPart, str] = {"heads": HEADS, "layers": LAYERS, "feed-forwards": FEED_FORWARDS}


def off() -> None:
    """Before and after, and what each single part does; a click on a part switches it off or on. Of a labelled file,
    what the parts do for the score."""
    if asks_for_file():
        off_file()
        return
    asked = ask_what()
    with desk.settings():
        heads = str(st.text_input("Heads to switch off (layer.head)", placeholder="3.4, 5.1", **kept_text(HEADS)))
        with st.container(horizontal=True):
            layers = str(st.text_input("Layers to leave out", placeholder="2, 5", **kept_text(LAYERS)))
            feed_forwards = str(
                st.text_input("Layers without feed-forward part", placeholder="1", **kept_text(FEED_FORWARDS))
            )
    each = EACH[choose_in_settings("Map of single parts", list(EACH), "explain_each")]
    with answer():
        way = SwitchedOff(read_heads(heads), read_layers(layers), read_layers(feed_forwards), each)
        replies = explained("off", asked, way)
        if replies is None:
            return
        leave_row("switched-off", draw(replies, picture), code=partial(code, asked, way))
        on_act(lambda part: write(BOXES[each], toggled(str(st.session_state.get(BOXES[each], "")), checked(part))))


def checked(part: str) -> str:
    """The part that was clicked; whatever a browser may send, it is one."""
    numbers = part.split(".")
    return part if len(part) < 8 and all(number.isdecimal() for number in numbers) else ""


def code(asked: WhatToExplain, way: SwitchedOff, reply: Reply) -> str:
    """The same without the playground."""
    subject = asked.subject(get_engine(), reply.checkpoint)
    return snippet(library.catalog()[reply.checkpoint], way.request(subject))


def picture(reply: Reply) -> None:
    """One checkpoint: both probabilities, then the map."""
    with figure("Before and after", f"off-{reply.checkpoint}"):
        ablation.before_and_after(reply.result)
    with figure("Single parts", f"parts-{reply.checkpoint}"):
        ablation.importance_map(reply.result, acts=True)
