"""What pages read: examples, texts, checkpoints, options. They live in the address and survive a change of page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.checkpoints.known import known_checkpoints
from core.errors import InputError, TaskNotSupportedError
from core.tasks import TASKS
from pages.ui import desk, engine, link, missing, model_picker, visitor, writing
from pages.ui.examples import examples, fields, pills
from pages.ui.families import badge

MOST_CHECKPOINTS = 4

Values = dict[str, Any]  # fields of a request


class Kept(TypedDict):
    """Widget arguments that keep a value in the address and over page switches."""

    key: str
    bind: Any
    persist_state: Any


def kept(key: str) -> Kept:
    """The arguments that keep the widget `key`; a very long text is kept in the session and carried by the link."""
    writing.hold(key)
    text = str(st.session_state.get(key, ""))
    short = len(text) <= writing.LONGEST_IN_ADDRESS
    if not short:
        link.carry(key, text)
    return Kept(key=key, bind="query-params" if short else None, persist_state="session")


def kept_text(key: str) -> Kept:
    """The same for a text box, which may have come with a link."""
    link.restore(key)
    return kept(key)


def view(key: str, names: Iterable[str]) -> str:
    """Which of several views of a page is shown; the first one opens it."""
    views = list(names)
    chosen: str = st.segmented_control(
        "View", views, default=views[0], required=True, label_visibility="collapsed", **kept(key)
    )
    return chosen


def named_choice(label: str, ids: Sequence[str], name: Callable[[str], str], key: str) -> str:
    """One of `ids`, shown by its name. Streamlit would write the names into the address, so a box that nobody sees
    keeps the id there.
    """
    with st.container(key=f"kept-{key}"):
        chosen: str = st.selectbox(label, ids, **kept(key))
    shown = f"{key}_shown"

    def choose() -> None:
        st.session_state[key] = st.session_state[shown]

    st.session_state[shown] = chosen
    st.selectbox(label, ids, format_func=name, key=shown, on_change=choose)
    return chosen


def texts(
    topic: str, prefix: str, labels: dict[str, str], *, long: Sequence[str] = (), example: int = 0
) -> dict[str, str]:
    """Example pills, then a text box for each field: of several lines if named in `long`, else following the typing.

    They open with the example of that number.
    """
    above = st.container()
    first = fields(examples(topic)[example], tuple(labels))
    values = {}
    with desk.fields(prefix):
        for name, label in labels.items():
            if name in long:
                values[name] = st.text_area(label, first[name], height=150, **kept_text(f"{prefix}_{name}"))
            else:
                values[name] = line(label, first[name], f"{prefix}_{name}")
    with above:
        pills(topic, prefix, values)
    return values


def line(label: str, first: str, key: str, **look: Any) -> str:
    """A box for a sentence, `first` at first. It follows the typing and grows to its text; assets/line_box.js helps."""
    with st.container(key=f"line-{key}"):
        return str(st.text_area(label, first, height="content", **look, **kept_text(key)))


def able_to(task: str) -> list[Checkpoint]:
    """The checkpoints for `task` that this visitor may choose; TaskNotSupportedError says where there are some."""
    if not visitor.catalog().supporting(task):
        engine.get_engine()  # right after a start it has yet to bring those that were fetched before
    able = list(visitor.catalog().supporting(task))
    if not able:
        known = [row.id for row in known_checkpoints().values() if TASKS[task].needs == row.head][:1]
        message = f"No available model was trained for “{TASKS[task].title}”."
        raise TaskNotSupportedError(message, f"{', such as '.join(['Download one on the Models page', *known])}.")
    return able


def another(task: str) -> str:
    """Where a second checkpoint to compare with comes from."""
    if len(able_to(task)) > 1:
        return "Choose a second one to see where they differ."
    return "No other installed model can do this. Download one under Models, or compare two inputs."


def checkpoints(task: str, prefix: str, *, default: int = 1, first: Sequence[str] = ()) -> list[str]:
    """The picker: one to four checkpoints that can do `task`; chosen already are those in `first` where all of them
    can, else the first `default`."""
    key = f"{prefix}_checkpoints"
    missing.wait(key)
    rows = able_to(task)
    able = [row.id for row in rows]
    chosen = list(first) if first and set(first) <= set(able) else able[:default]
    missing.tell(key, able, chosen)
    with desk.settings():
        picked = model_picker.several(
            "Models", rows, task, MOST_CHECKPOINTS, chosen, on_change=missing.forget, args=(key,), **kept(key)
        )
    name_on_the_line(picked)
    return picked


def name_on_the_line(chosen: Sequence[str]) -> None:
    """Says on the line of the settings, where they are folded, which models are chosen."""
    rows = [visitor.catalog()[id] for id in chosen]
    desk.name_models([(badge(row.family), row.name) for row in rows])


def checkpoint(task: str, prefix: str) -> str:
    """The picker where only one checkpoint makes sense."""
    with desk.settings():
        chosen = one_of("Model", lambda: able_to(task), f"{prefix}_checkpoint", task)
    name_on_the_line([chosen])
    return chosen


def one_of(label: str, rows: Callable[[], Iterable[Checkpoint]], key: str, task: str = "") -> str:
    """A picker of one of these checkpoints."""
    missing.wait(key)
    found = list(rows())
    able = [row.id for row in found]
    missing.tell(key, able, able[:1])
    return model_picker.one(label, found, task, on_change=missing.forget, args=(key,), **kept(key))


def ask(
    task: str, prefix: str, *, default: int = 1, first: Sequence[str] = (), example: int = 0
) -> tuple[list[str], Any]:
    """The chosen checkpoints and the request, of the task's own class. `prefix` keeps pages' inputs apart."""
    values = texts(task, prefix, FORMS[task].labels, long=FORMS[task].long, example=example)
    chosen, options = picker_and_options(task, prefix, default=default, first=first)
    return chosen, request_of(task, values, options)


def request_of(task: str, values: Mapping[str, str], options: Mapping[str, Any]) -> Any:
    """The request with these texts; what may hold several is cut at the commas."""
    parsed = {
        field.name: between_commas(values[field.name]) if field.several else values[field.name]
        for field in TASKS[task].fields
        if field.name in values
    }
    return TASKS[task].request(**parsed, **options)


def picker_and_options(
    task: str, prefix: str, *, default: int = 1, first: Sequence[str] = ()
) -> tuple[list[str], Values]:
    """The checkpoint picker and below it what most visitors never change: fields of the task's request."""
    return checkpoints(task, prefix, default=default, first=first), options(task, prefix)


def one_and_options(task: str, prefix: str) -> tuple[str, Values]:
    """The same for one checkpoint."""
    return checkpoint(task, prefix), options(task, prefix)


def options(task: str, prefix: str) -> Values:
    """The options of the task."""
    read = FORMS[task].options
    if read is None:
        return {}
    with desk.settings():
        return read(prefix)


def fill_options(prefix: str) -> Values:
    return {"top_k": st.slider("Words to show per gap", 1, 20, 5, **kept(f"{prefix}_top_k"))}


def hiding(prefix: str) -> Values:
    help_text = "Off: the sentence is read once, so the model can see each word it predicts."
    return {"hide": st.toggle("Hide each word in turn", True, help=help_text, **kept(f"{prefix}_hide")), "top_k": 3}


def joining(prefix: str) -> Values:
    ways = ["first", "average", "max", "simple", "none"]
    help_text = (
        "How token labels become word labels; “none” shows every labelled token. The view “Grouping tokens” compares "
        "all five."
    )
    way = st.selectbox("Grouping tokens", ways, help=help_text, **kept(f"{prefix}_aggregation"))
    return {"aggregation_strategy": way}


def answer_limits(prefix: str) -> Values:
    top_k = st.slider("Answers to show", 1, 10, 3, **kept(f"{prefix}_top_k"))
    longest = st.slider("Longest answer, in tokens", 1, 100, 30, **kept(f"{prefix}_longest"))
    return {"top_k": top_k, "max_answer_tokens": longest}


def hypothesis(prefix: str) -> Values:
    template = st.text_input(
        "Sentence to test each label with", "This text is about {}.", **kept_text(f"{prefix}_template")
    )
    several = st.toggle("Allow several labels", **kept(f"{prefix}_multi_label"))
    return {"hypothesis_template": template, "multi_label": several}


def vector_options(prefix: str) -> Values:
    help_text = (
        "How the vectors of all tokens become one: their mean, that of the first token (cls), or the largest value of "
        "each dimension (max)."
    )
    pooling = st.selectbox("Pooling", ["mean", "cls", "max"], help=help_text, **kept(f"{prefix}_pooling"))
    help_text = "0 is the embeddings, 1 the first layer, -1 the last."
    layer = st.number_input("Layer", -1, 48, -1, help=help_text, **kept(f"{prefix}_layer"))
    return {"pooling": pooling, "layer": int(layer)}


def centring(prefix: str) -> bool:
    """Whether the mean vector of unrelated sentences is taken away before vectors are compared."""
    help_text = "Subtracts the average vector of unrelated sentences."
    with desk.settings():
        return bool(st.toggle("Centre the vectors", help=help_text, **kept(f"{prefix}_centred")))


def reasons(prefix: str) -> bool:
    """Whether the page shows what an answer rests on."""
    help_text = "Removes each word in turn and measures how the probability changes."
    with desk.settings():
        return bool(st.toggle("Explain this answer", help=help_text, **kept(f"{prefix}_why")))


def between_commas(text: str) -> tuple[str, ...]:
    """The parts of `text` between its commas, empty ones left out."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def lines(text: str, most: int) -> list[str]:
    """The non-empty lines of `text`; InputError if there are more than `most`."""
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if len(found) > most:
        raise InputError(f"There are {len(found):,} lines; up to {most:,} are allowed.", "Remove some of them.")
    return found


@dataclass(frozen=True)
class Form:
    """How a task's request is asked for: a label for each text, which of them are `long`, what is folded away."""

    labels: dict[str, str]
    long: tuple[str, ...] = ()
    options: Callable[[str], Values] | None = None


FORMS = {  # of a task that is not told here, each text has the name of its field
    task: Form({field.name: field.label for field in spec.fields}) for task, spec in TASKS.items()
} | {
    "fill-mask": Form({"text": "Sentence, with ___ for each hidden word"}, options=fill_options),
    "candidate-ranking": Form(
        {"text": "Sentence, with ___ for the hidden word", "candidates": "Your words, separated by commas"}
    ),
    "pseudo-likelihood": Form({"text": "Sentence"}, options=hiding),
    "replaced-token-detection": Form({"text": "Sentence"}),
    "token-classification": Form({"text": "Text"}, ("text",), joining),
    "question-answering": Form({"question": "Question", "context": "Passage"}, ("context",), answer_limits),
    "text-classification": Form({"text": "Text", "text_pair": "Second text (only for models that compare two texts)"}),
    "zero-shot-classification": Form(
        {"text": "Text", "candidate_labels": "Your labels, separated by commas"}, options=hypothesis
    ),
    "sentence-similarity": Form({"text_a": "Text A", "text_b": "Text B"}, options=vector_options),
    "feature-extraction": Form({"text": "Text"}, options=vector_options),
    "word-in-context": Form({"word": "Word", "text": "A text with it"}),
    "attention": Form({"text": "Text", "text_pair": "Second text (optional)"}),
}
