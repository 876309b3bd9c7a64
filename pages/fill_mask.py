"""Fill a mask: words for each gap, own words in a gap, how expected every word is, which of them look swapped."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.tasks.fill_mask.joint import fill_jointly
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.fill_mask.snippet import joint_snippet
from core.text.spans import PLACEHOLDER
from pages.ui.answers import candidate_ranking, fill_mask, pseudo_likelihood, replaced_token_detection
from pages.ui.app import frame, library
from pages.ui.app.desk import answer, settings
from pages.ui.app.replies import Reply, ask, ask_each
from pages.ui.figures.acts import on_act
from pages.ui.figures.export import leave_row
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.forms import ask_for
from pages.ui.inputs.hide_words import all_filled, hide_words, put_words
from pages.ui.inputs.kept import kept
from pages.ui.views.files.file_view import file_view
from pages.ui.views.side_by_side import draw

TEXT, OWN_TEXT = "fill_text", "own_text"  # the fields of the sentences


def gaps() -> None:
    """Words for each gap, every gap on its own or all of them together; a click puts them in."""
    checkpoints, request = ask_for("fill-mask", "fill")
    together = several(request.text) and fill_together()
    with words_to_click(request.text, TEXT) as fills:
        if not all_filled(request.text, TEXT):
            if together:
                replies = ask_each(checkpoints, lambda e, c: [fill_jointly(e, c, request.text, request.top_k)])
                good = draw(replies, lambda reply: fill_mask.joint_fills(reply.result))
                leave_row("fill-mask", good, code=lambda reply: joint_code(reply, request))
            else:
                replies = ask("fill-mask", checkpoints, [request])
                good = draw(replies, lambda reply: fill_mask.mask_fills(reply.result, acts=True))
                leave_row("fill-mask", good)
            if len(good) == 1:
                fills += fill_mask.best_words(good[0].result)


@contextmanager
def words_to_click(text: str, key: str) -> Iterator[list[str]]:
    """The sentence, the value of the field `key`, whose words a click hides, over what the block draws, where a click
    on a candidate puts it in. The block is given a list, for the words that a model puts into the gaps."""
    with answer():
        sentence, fills = st.container(key="sentence"), list[str]()
        with answer():
            if all_filled(text, key):
                show(callout("Every gap is filled.", "Click a word to hide it and see what else fits.", "note"))
            yield fills
        with sentence:
            hide_words(text, key, fills)
        on_act(lambda places: put_words(text, key, places))


def fill_together() -> bool:
    """Whether the gaps are filled together."""
    help_text = "On: the words must fit each other. Off: every gap is filled as if the others stayed hidden."
    with settings():
        return st.toggle("Fill the gaps together", help=help_text, **kept("fill_together"))


def joint_code(reply: Reply, request: FillMaskRequest) -> str:
    """The code that fills the gaps together."""
    return joint_snippet(library.catalog()[reply.checkpoint], request.text, request.top_k)


def several(text: str) -> bool:
    """Whether the text has more than one gap."""
    return len(PLACEHOLDER.findall(text)) > 1


def own_words() -> None:
    """The visitor's words in one gap, ranked; a click puts one in."""
    checkpoints, request = ask_for("candidate-ranking", "own")
    with words_to_click(request.text, OWN_TEXT) as fills:
        if not all_filled(request.text, OWN_TEXT):
            replies = ask("candidate-ranking", checkpoints, [request])
            good = draw(replies, lambda reply: candidate_ranking.candidates(reply.result, acts=True))
            leave_row("own-words", good)
            if len(good) == 1:
                fills.append(good[0].result.candidates[0].text)


def every_word() -> None:
    """How expected each word of a sentence is in its place."""
    checkpoints, request = ask_for("pseudo-likelihood", "every")
    with answer():
        replies = draw(
            ask("pseudo-likelihood", checkpoints, [request]), lambda reply: pseudo_likelihood.expectedness(reply.result)
        )
        leave_row("every-word", replies)


def spot_swaps() -> None:
    """How probable it is of each word of a sentence that it was swapped."""
    checkpoints, request = ask_for("replaced-token-detection", "swaps")
    with answer():
        replies = ask("replaced-token-detection", checkpoints, [request])
        leave_row("spot-swaps", draw(replies, lambda reply: replaced_token_detection.swaps(reply.result)))


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
