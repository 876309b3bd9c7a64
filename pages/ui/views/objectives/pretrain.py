"""Pre-train a tiny one: a network learns from nothing before the visitor's eyes, or two with different objectives."""

from dataclasses import replace
from typing import cast

import streamlit as st

from core.errors import PlaygroundError
from core.jobs import Job, new_id
from core.pretraining.card import NAMES
from core.pretraining.job import PretrainOrder, PretrainRun, unfinished
from core.pretraining.plan import (
    MOST_LAYERS,
    OBJECTIVES,
    SEED,
    SENTENCE,
    WIDTHS,
    Contender,
    PretrainObjective,
    PretrainPlan,
    check_pretrain_plan,
)
from core.pretraining.texts import MOST_CHARACTERS, cut, decode_text
from core.settings import load_settings
from core.text.masking import RATE
from core.workers.runs import OFF, prepare
from pages.ui.app import desk, jobs
from pages.ui.app.arriving import opened
from pages.ui.app.desk import answer
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.kept import kept, kept_text, pick_named
from pages.ui.views.objectives import pretrain_live
from pages.ui.views.objectives.lesson import lesson, papers

KEY = "pretrain_job"
SEEN = "this pretraining, its text and what came out"  # by whoever has the link
OURS, TYPED, FILE = "Our sentences", "Typed here", "My file"
NOBODY, TIME = "nothing", "Equal time"
TOLD = {
    "masked-tokens": "BERT: some tokens are hidden, and it says what stood there.",
    "masked-words": "The same, but a word is hidden with all its pieces.",
    "replace-mlm": "A generator's words stand where BERT has [MASK]; it says what stood there.",
    "all-tokens-mlm": "The same, but it says of every token what stood there.",
    "replaced-tokens": "ELECTRA: it says of every token whether the generator put it there.",
}
SECONDS, TOKENS = (15, 30, 60, 120, 300, 600), (200_000, 500_000, 1_000_000, 2_000_000, 5_000_000)
VOCABULARIES = (500, 1000, 2000, 4000, 8000, 0)
HEADS = (1, 2, 4, 8)


def pretrain_view() -> None:
    """The whole view."""
    job = jobs.find_or_go_on(KEY, unfinished)
    text = gathered()
    label = "Your sentence, with ___ for one word; its fills are shown as it learns"
    sentence = st.text_input(label, SENTENCE, max_chars=300, **kept_text("pretrain_sentence"))
    with desk.settings():
        chosen = contenders()
        plan = replace(size_and_budget(), contenders=chosen, sentence=sentence.strip())
    running = jobs.running(job)
    with desk.acting():
        unready = running or isinstance(text, PlaygroundError)
        go = st.button("Pre-train", type="primary", icon=":material/play_arrow:", disabled=unready, key="pretrain_go")
    with answer():
        if isinstance(text, PlaygroundError):
            raise text
        if go:
            job = begin(text, plan)
        if job is None:
            waiting(plan)
        elif job.progress.running:
            jobs.watch(KEY, pretrain_live.picture)
            jobs.show_way_back("training", SEEN)
        else:
            ended(job)
        if not jobs.running(job):
            lesson("pretraining", {})
            papers("pretraining")
    if not (running or go):
        prepare()


def gathered() -> str | PlaygroundError:
    """The text to read, empty for our own sentences, or what is wrong with it."""
    way = st.segmented_control("Text", (OURS, TYPED, FILE), default=OURS, required=True, **kept("pretrain_text_from"))
    try:
        if way == TYPED:
            typed = st.text_area("Text to read", "", height=160, max_chars=200_000, **kept_text("pretrain_text"))
            cut(typed)
            return str(typed)
        if way == FILE:
            return uploaded()
    except PlaygroundError as e:
        return e
    return ""


def uploaded() -> str:
    """The text of a file, read once."""
    file = st.file_uploader(
        "Plain text (txt)", ["txt"], max_upload_size=MOST_CHARACTERS // 1_000_000, key="pretrain_file"
    )
    if file is None:
        cut("")
    elif st.session_state.get("pretrain_file_id") != file.file_id:
        with opened(file) as content:
            st.session_state["pretrain_file_text"] = decode_text(file.name, content.read(MOST_CHARACTERS + 1))
        st.session_state["pretrain_file_id"] = file.file_id
    text = str(st.session_state.get("pretrain_file_text", ""))
    cut(text)
    return text


def contenders() -> tuple[Contender, ...]:
    """The objective, and the one it is compared with."""
    first = pick_named("Objective", OBJECTIVES, NAMES.__getitem__, "pretrain_objective")
    st.caption(TOLD[first])
    rate = share("Tokens to choose", "pretrain_rate")
    others = (NOBODY, *OBJECTIVES)
    second = pick_named("Compare with", others, lambda one: NAMES.get(one, "Nothing"), "pretrain_against")
    one = Contender(cast(PretrainObjective, first), rate)
    if second == NOBODY:
        return (one,)
    st.caption(TOLD[second])
    return one, Contender(cast(PretrainObjective, second), share("Tokens to choose there", "pretrain_against_rate"))


def share(label: str, key: str) -> float:
    """A slider for a share."""
    return float(st.slider(label, 0.05, 0.9, RATE, 0.05, format="percent", **kept(key)))


def size_and_budget() -> PretrainPlan:
    """The network and how long it learns."""
    left, right = st.columns(2)
    layers = left.slider("Layers", 1, MOST_LAYERS, 2, **kept("pretrain_layers"))
    width = right.select_slider("Width", WIDTHS, 128, **kept("pretrain_width"))
    heads = left.select_slider("Heads", HEADS, 4, **kept("pretrain_heads"))
    pieces = right.select_slider(
        "Vocabulary",
        VOCABULARIES,
        2000,
        format_func=lambda n: f"{n:,}" if n else "Mini BERT's",
        **kept("pretrain_pieces"),
    )
    equal = st.segmented_control(
        "Each objective gets",
        ("Equal time", "Equal tokens"),
        default="Equal time",
        required=True,
        **kept("pretrain_equal"),
    )
    if equal == "Equal time":
        seconds = st.select_slider("Seconds of processor time", SECONDS, 60, **kept("pretrain_seconds"))
        tokens = 0
    else:
        seconds = 0
        tokens = st.select_slider(
            "Tokens to read", TOKENS, 500_000, format_func=lambda n: f"{n:,}", **kept("pretrain_tokens")
        )
    left, right = st.columns(2, vertical_alignment="bottom")
    seed = int(left.number_input("Seed", 0, 9999, SEED, **kept("pretrain_seed")))
    help_text = (
        "On: words begin with vectors from counts of the text, and some heads look at their neighbours, "
        "so that it learns something within a minute. Off: all weights are random, as in the papers."
    )
    head_start = right.toggle("Head start", True, help=help_text, **kept("pretrain_head_start"))
    return PretrainPlan(
        (),
        layers=layers,
        width=int(width),
        heads=int(heads),
        pieces=int(pieces),
        seconds=int(seconds),
        tokens=int(tokens),
        head_start=head_start,
        seed=seed,
    )


def begin(text: str, plan: PretrainPlan) -> Job | None:
    """Starts the training."""
    check_pretrain_plan(plan)
    names = tuple(pretrain_live.name_of(one) for one in plan.contenders)
    work = PretrainRun(new_id(), PretrainOrder(names, plan, text))
    jobs.start(KEY, work, work.id)
    return jobs.find(KEY)


def waiting(plan: PretrainPlan) -> None:
    """What will be done, before anything is."""
    if jobs.show_gone(KEY, "pretraining", "Start it again."):
        return
    if not load_settings().trainings:
        show(callout(*OFF, "note"))
        return
    names = " and ".join(pretrain_live.name_of(one) for one in plan.contenders)
    budget = f"{plan.seconds} s of processor time" if plan.seconds else f"{plan.tokens:,} tokens"
    each = " each, taking turns" if len(plan.contenders) > 1 else ""
    hint = f"{plan.layers} layers of width {plan.width}, {budget}{each}. It stops earlier when it stops learning."
    show(callout(f"Press Pre-train to see a network learn from nothing: {names}.", hint, "note"))


def ended(job: Job) -> None:
    """How it ended, what came out, and where to try it."""
    report = job.result or job.shown
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif report is None or not report.outcomes:
        show(callout("Stopped before its first step.", "Nothing was kept.", "note"))
    if report and report.warning:
        show(callout(report.warning, "", "note"))
    if report and report.points:
        pretrain_live.outcomes(job.work.order, report)
        pretrain_live.curves(job.work.order.plan, report, "pretrain-curve")
        pretrain_live.fills(job.work.order.plan, report)
    st.caption(jobs.anyone(SEEN))
