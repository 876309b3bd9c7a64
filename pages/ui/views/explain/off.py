"""Switch it off: heads, layers and feed-forward parts are silenced, and the prediction is read again."""

from typing import Any

import streamlit as st

from core.inspect.ablation import read_heads, read_layers, toggled
from core.tasks.ablation.schema import AblationRequest, NetworkPart
from pages.ui.answers import ablation
from pages.ui.app import desk
from pages.ui.app.desk import answer
from pages.ui.app.replies import Reply, ask_each
from pages.ui.figures.acts import on_act
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.inputs.kept import kept_text
from pages.ui.inputs.writing import write
from pages.ui.views.explain.asking import WhatToExplain, ask_what, asks_for_file, choose_in_settings
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
        parts = read_heads(heads), read_layers(layers), read_layers(feed_forwards)
        replies = switch_off(asked, parts, each)
        leave_row("switched-off", draw(replies, picture))
        on_act(lambda part: write(BOXES[each], toggled(str(st.session_state.get(BOXES[each], "")), checked(part))))


def checked(part: str) -> str:
    """The part that was clicked; whatever a browser may send, it is one."""
    numbers = part.split(".")
    return part if len(part) < 8 and all(number.isdecimal() for number in numbers) else ""


def switch_off(asked: WhatToExplain, parts: tuple[Any, Any, Any], each: NetworkPart) -> list[Reply]:
    """Each checkpoint's answer with these parts off, with the request that its Python repeats."""
    requests: dict[str, AblationRequest] = {}

    def question(engine: Any, checkpoint: str) -> Any:
        subject = asked.subject(engine, checkpoint)
        requests[checkpoint] = AblationRequest(*subject.pair, subject.target, *parts, each)
        return engine.run("ablation", checkpoint, [requests[checkpoint]])

    replies = ask_each(asked.checkpoints, question)
    return [
        Reply(one.checkpoint, one.results, one.error, (requests[one.checkpoint],) if one.checkpoint in requests else ())
        for one in replies
    ]


def picture(reply: Reply) -> None:
    """One checkpoint: both probabilities, then the map."""
    with figure("Before and after", f"off-{reply.checkpoint}"):
        ablation.before_and_after(reply.result)
    with figure("Single parts", f"parts-{reply.checkpoint}"):
        ablation.importance_map(reply.result, acts=True)
