"""Fill a mask: words for each gap, own words in a gap, how expected every word is, which of them look swapped."""

import streamlit as st

from core.joint_fill import fill_jointly
from core.requests import PLACEHOLDER, FillMaskRequest
from core.snippets import joint_snippet
from pages.ui import frame, inputs, visitor
from pages.ui.export import leave_row
from pages.ui.files import file_view
from pages.ui.guard import guard
from pages.ui.render import words
from pages.ui.render.hide_words import hide_words
from pages.ui.side_by_side import Reply, ask, ask_each, draw


def gaps() -> None:
    """Words for each gap, every gap on its own or all of them together."""
    checkpoints, request = inputs.ask("fill-mask", "fill")
    hide_words(request.text, "fill_text")
    with guard():
        if several(request.text) and st.toggle(
            "Fill the gaps together",
            help="On: the words must fit each other. Off: every gap is filled as if the others stayed hidden.",
            **inputs.kept("fill_together"),
        ):
            replies = ask_each(checkpoints, lambda e, c: [fill_jointly(e, c, request.text, request.top_k)])
            good = draw(replies, lambda reply: words.joint_fills(reply.result))
            leave_row("fill-mask", good, code=lambda reply: joint_code(reply, request))
        else:
            replies = ask("fill-mask", checkpoints, [request])
            leave_row("fill-mask", draw(replies, lambda reply: words.mask_fills(reply.result)))


def joint_code(reply: Reply, request: FillMaskRequest) -> str:
    """The code that fills the gaps together."""
    return joint_snippet(visitor.catalog()[reply.checkpoint], request.text, request.top_k)


def several(text: str) -> bool:
    """Whether the text has more than one gap."""
    return len(PLACEHOLDER.findall(text)) > 1


def own_words() -> None:
    """The visitor's words in one gap, ranked."""
    checkpoints, request = inputs.ask("candidate-ranking", "own")
    with guard():
        replies = draw(ask("candidate-ranking", checkpoints, [request]), lambda reply: words.candidates(reply.result))
        leave_row("own-words", replies)


def every_word() -> None:
    """How expected each word of a sentence is in its place."""
    checkpoints, request = inputs.ask("pseudo-likelihood", "every")
    with guard():
        replies = draw(ask("pseudo-likelihood", checkpoints, [request]), lambda reply: words.expectedness(reply.result))
        leave_row("every-word", replies)


def spot_swaps() -> None:
    """How probable it is of each word of a sentence that it was swapped."""
    checkpoints, request = inputs.ask("replaced-token-detection", "swaps")
    with guard():
        replies = ask("replaced-token-detection", checkpoints, [request])
        leave_row("spot-swaps", draw(replies, lambda reply: words.swaps(reply.result)))


def file() -> None:
    """A file of sentences with gaps."""
    file_view("fill-mask", "fill_file")


VIEWS = {
    "Fill the gaps": gaps,
    "My own words": own_words,
    "Every word": every_word,
    "Spot swaps": spot_swaps,
    "A file": file,
}

frame.page(__file__, "fill_view", VIEWS)
