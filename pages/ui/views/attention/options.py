"""What of attention is shown, and how: the settings of the view of one text."""

from dataclasses import dataclass

import streamlit as st

from core.inspect.attention import Specials
from core.inspect.rollout import MOST_TOKENS
from pages.ui.app.desk import settings
from pages.ui.inputs.kept import kept

ONE, LAYER, HEADS_MEAN, HEADS_MAX = "One head", "All heads of the layer", "Mean of the layer", "Maximum of the layer"
LAYERS_MEAN, LAYERS_MAX = "Mean of this head over layers", "Maximum of this head over layers"
ALL_MEAN, ALL_MAX, CHOSEN = "Mean of all heads", "Maximum of all heads", "Mean of chosen heads"
ROLLOUT, FLOW = "Rollout", "Flow"
WAYS = (ONE, LAYER, HEADS_MEAN, HEADS_MAX, LAYERS_MEAN, LAYERS_MAX, ALL_MEAN, ALL_MAX, CHOSEN, ROLLOUT, FLOW)
HELP = (
    f"“{LAYER}” draws each head in a colour of its own. {ROLLOUT} multiplies the layers, {FLOW.lower()} is the most "
    f"that can pass through them, for up to {MOST_TOKENS} tokens (Abnar and Zuidema 2020)."
)
SPECIALS = {
    "Hidden, rows renormalised": Specials.RENORMALISE,
    "Hidden": Specials.HIDE,
    "Shown": Specials.SHOW,
}
SAID = {Specials.RENORMALISE: "special tokens hidden and rows renormalised", Specials.HIDE: "special tokens hidden"}
EVERYWHERE = "Everywhere"
BETWEEN = {
    "First → first text": (0, 0),
    "First → second text": (0, 1),
    "Second → first text": (1, 0),
    "Second → second text": (1, 1),
}
LINES, MAP = "Lines", "Heat map"
LIGHTEST = 0.1


@dataclass(frozen=True)
class Look:
    """What is shown: of which heads, `way` of WAYS, with `heads` such as “3.4, 5.1” for CHOSEN; whether by `words`;
    what is done with special tokens; between which texts, if not all; links from which weight; as lines or as a map."""

    way: str = ONE
    heads: str = ""
    words: bool = True
    specials: Specials = Specials.RENORMALISE
    between: tuple[int, int] | None = None
    threshold: float = LIGHTEST
    picture: str = LINES

    @property
    def note(self) -> str:
        """How the tokens were treated and which of them are shown, for the picture."""
        between = next((name.lower() for name, texts in BETWEEN.items() if texts == self.between), "")
        said = ("whole words" if self.words else "pieces", SAID.get(self.specials), between)
        return ", ".join(filter(None, said))


def read_look(*, pair: bool) -> Look:
    """The settings; `pair`: whether there are two texts."""
    with settings():
        way = st.selectbox("Attention of", WAYS, help=HELP, **kept("attention_way"))
        heads = "3.4, 5.1"
        if way == CHOSEN:
            heads = st.text_input("Heads (layer.head)", heads, **kept("attention_heads"))
        picture = MAP
        if way != LAYER:
            picture = st.segmented_control(
                "Picture", [LINES, MAP], default=LINES, required=True, **kept("attention_picture")
            )
        words = st.toggle("Whole words", value=True, **kept("attention_words"))
        specials = st.selectbox("Special tokens", list(SPECIALS), **kept("attention_specials"))
        between = None
        if pair:
            between = BETWEEN.get(st.selectbox("Between texts", [EVERYWHERE, *BETWEEN], **kept("attention_between")))
        threshold = LIGHTEST
        if way == LAYER or picture == LINES:
            threshold = st.slider("Lightest link", 0.0, 0.5, LIGHTEST, 0.01, **kept("attention_threshold"))
    picture = LINES if way == LAYER else picture
    return Look(way, heads, bool(words), SPECIALS[specials], between, float(threshold), picture)
