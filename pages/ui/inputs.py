"""What pages read: examples, texts, checkpoints, options. They live in the address and survive a change of page."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypedDict

import streamlit as st

from core.catalog import load_catalog
from core.errors import InputError
from core.requests import (
    AttentionRequest,
    CandidateRankingRequest,
    FeatureExtractionRequest,
    FillMaskRequest,
    PseudoLikelihoodRequest,
    QuestionAnsweringRequest,
    Request,
    SentenceSimilarityRequest,
    TextClassificationRequest,
    TokenClassificationRequest,
    ZeroShotClassificationRequest,
)
from pages.ui.examples import examples, fields, pills

LONGEST_IN_ADDRESS = 1500  # characters; longer texts stay in the session and out of the link
MOST_CHECKPOINTS = 4

Options = Callable[[str, Any], dict[str, Any]]  # a prefix and the place of the widgets to fields of a request


class Kept(TypedDict):
    """Widget arguments that keep a value in the address and over page switches."""

    key: str
    bind: Any
    persist_state: Any


def kept(key: str) -> Kept:
    """The arguments that keep the widget `key`; a very long text is kept in the session only."""
    short = len(str(st.session_state.get(key, ""))) <= LONGEST_IN_ADDRESS
    return Kept(key=key, bind="query-params" if short else None, persist_state="session")


def view(key: str, names: Iterable[str]) -> str:
    """Which of several views of a page is shown; the first one opens it."""
    views = list(names)
    chosen: str = st.segmented_control(
        "View", views, default=views[0], required=True, label_visibility="collapsed", **kept(key)
    )
    return chosen


def texts(topic: str, prefix: str, labels: dict[str, str], *, long: Sequence[str] = ()) -> dict[str, str]:
    """Example pills, then a text box for each field: of several lines if named in `long`, else following the typing."""
    above = st.container()
    first = fields(examples(topic)[0], tuple(labels))
    short = [name for name in labels if name not in long]
    places = dict(zip(short, st.columns(len(short)), strict=True)) if short else {}
    values = {}
    for name, label in labels.items():
        if name in long:
            values[name] = st.text_area(label, first[name], height=150, **kept(f"{prefix}_{name}"))
        else:
            values[name] = places[name].text_input(label, first[name], live=True, **kept(f"{prefix}_{name}"))
    with above:
        pills(topic, prefix, values)
    return values


def checkpoints(task: str, prefix: str, *, default: int = 1) -> list[str]:
    """The picker: one to four checkpoints that can do `task`, the first `default` of them chosen already."""
    able = [row.id for row in load_catalog().supporting(task)]
    return st.multiselect(
        "Checkpoints",
        able,
        able[:default],
        max_selections=MOST_CHECKPOINTS,
        placeholder="Choose one to four; several stand side by side",
        help="Several checkpoints answer side by side.",
        **kept(f"{prefix}_checkpoints"),
    )


def ask(task: str, prefix: str, *, default: int = 1) -> tuple[list[str], Request]:
    """The chosen checkpoints and the request of any task. `prefix` keeps the inputs of one page from another's."""
    above = st.container()
    if task in WITHOUT_OPTIONS:
        chosen, folded = checkpoints(task, prefix, default=default), st.empty()
    else:
        chosen, folded = picker_and_options(task, prefix, default=default)
    with above:
        return chosen, REQUESTS[task](prefix, folded)


def picker_and_options(task: str, prefix: str, *, default: int = 1) -> tuple[list[str], Any]:
    """The checkpoint picker and, beside it, the place for what most visitors never change, folded."""
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        chosen = checkpoints(task, prefix, default=default)
    return chosen, right.popover("Options", icon=":material/tune:", width="stretch")


def picker_row(task: str, prefix: str, options: Options) -> tuple[list[str], dict[str, Any]]:
    """The chosen checkpoints and the options of a task, for views that make requests of their own."""
    chosen, folded = picker_and_options(task, prefix)
    return chosen, options(prefix, folded)


def fill_mask(prefix: str, folded: Any) -> Request:
    values = texts("fill-mask", prefix, {"text": "Sentence, with ___ for each hidden word"})
    return FillMaskRequest(**values, top_k=folded.slider("Words for each gap", 1, 20, 5, **kept(f"{prefix}_top_k")))


def candidate_ranking(prefix: str, folded: Any) -> Request:
    labels = {"text": "Sentence, with ___ for the hidden word", "candidates": "Your words, with commas between"}
    values = texts("candidate-ranking", prefix, labels)
    return CandidateRankingRequest(values["text"], between_commas(values["candidates"]))


def pseudo_likelihood(prefix: str, folded: Any) -> Request:
    values = texts("pseudo-likelihood", prefix, {"text": "Sentence"})
    help_text = "Off: all places are read at once, and the model sees the words that it is to expect."
    hide = folded.toggle("Hide each word in turn", True, help=help_text, **kept(f"{prefix}_hide"))
    return PseudoLikelihoodRequest(**values, hide=hide, top_k=3)


def token_classification(prefix: str, folded: Any) -> Request:
    values = texts("token-classification", prefix, {"text": "Text"}, long=["text"])
    ways = ["first", "average", "max", "simple", "none"]
    help_text = "How labels of pieces become the label of a word; “none” shows every piece."
    way = folded.selectbox("Joining pieces", ways, help=help_text, **kept(f"{prefix}_aggregation"))
    return TokenClassificationRequest(**values, aggregation_strategy=way)


def question_answering(prefix: str, folded: Any) -> Request:
    values = texts("question-answering", prefix, {"question": "Question", "context": "Passage"}, long=["context"])
    return QuestionAnsweringRequest(**values, **answer_limits(prefix, folded))


def sentence_similarity(prefix: str, folded: Any) -> Request:
    values = texts("sentence-similarity", prefix, {"text_a": "Text A", "text_b": "Text B"})
    return SentenceSimilarityRequest(values["text_a"], values["text_b"], **vector_options(prefix, folded))


def feature_extraction(prefix: str, folded: Any) -> Request:
    values = texts("feature-extraction", prefix, {"text": "Text"})
    return FeatureExtractionRequest(values["text"], **vector_options(prefix, folded))


def text_classification(prefix: str, folded: Any) -> Request:
    labels = {"text": "Text", "text_pair": "Second text, for checkpoints that judge pairs"}
    return TextClassificationRequest(**texts("text-classification", prefix, labels))


def zero_shot_classification(prefix: str, folded: Any) -> Request:
    values = texts("zero-shot-classification", prefix, {"text": "Text", "labels": "Your labels, with commas between"})
    template = folded.text_input(
        "Sentence to test each label with", "This text is about {}.", **kept(f"{prefix}_template")
    )
    several = folded.toggle("Several labels may fit", **kept(f"{prefix}_multi_label"))
    return ZeroShotClassificationRequest(values["text"], between_commas(values["labels"]), template, several)


def attention(prefix: str, folded: Any) -> Request:
    labels = {"text": "Text", "text_pair": "Second text (may stay empty)"}
    return AttentionRequest(**texts("attention", prefix, labels))


def answer_limits(prefix: str, folded: Any) -> dict[str, Any]:
    """`top_k` and `max_answer_tokens` of the requests that look for answers."""
    top_k = folded.slider("Answers to show", 1, 10, 3, **kept(f"{prefix}_top_k"))
    longest = folded.slider("Longest answer, in tokens", 1, 100, 30, **kept(f"{prefix}_longest"))
    return {"top_k": top_k, "max_answer_tokens": longest}


def vector_options(prefix: str, folded: Any) -> dict[str, Any]:
    """`pooling` and `layer` of the requests that make vectors."""
    pooling = folded.selectbox("Pooling", ["mean", "cls", "max"], **kept(f"{prefix}_pooling"))
    help_text = "0 is the embeddings, 1 the first layer, -1 the last."
    layer = folded.number_input("Layer", -1, 48, -1, help=help_text, **kept(f"{prefix}_layer"))
    return {"pooling": pooling, "layer": int(layer)}


def between_commas(text: str) -> tuple[str, ...]:
    """The parts of `text` between its commas, empty ones left out."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def lines(text: str, most: int) -> list[str]:
    """The non-empty lines of `text`; InputError if there are more than `most`."""
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if len(found) > most:
        raise InputError(f"There are {len(found):,} lines; up to {most:,} are allowed.", "Remove some of them.")
    return found


WITHOUT_OPTIONS = ("candidate-ranking", "text-classification", "attention")
REQUESTS: dict[str, Callable[[str, Any], Request]] = {
    "fill-mask": fill_mask,
    "candidate-ranking": candidate_ranking,
    "pseudo-likelihood": pseudo_likelihood,
    "token-classification": token_classification,
    "question-answering": question_answering,
    "text-classification": text_classification,
    "zero-shot-classification": zero_shot_classification,
    "sentence-similarity": sentence_similarity,
    "feature-extraction": feature_extraction,
    "attention": attention,
}
