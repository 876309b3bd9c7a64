"""Next-sentence prediction: two sentences of the visitor's, and pairs of sentences from whole documents."""

from collections.abc import Sequence

import streamlit as st

from core.checkpoints.catalog import spoken
from core.inspect.claims.claim import percent
from core.inspect.next_sentence import (
    AnsweredPair,
    Document,
    KindScore,
    PairKind,
    PairsRun,
    SentencePair,
    follows,
    own_documents,
    pair_rows,
    read_documents,
    score_kinds,
)
from core.jobs import Job
from core.provenance import Row
from core.tasks.next_sentence_prediction.schema import NextSentencePredictionRequest
from core.text.phrases import chance
from pages.ui.answers.text_classification import labels
from pages.ui.app import jobs
from pages.ui.app.desk import answer
from pages.ui.app.replies import Reply, ask
from pages.ui.figures.bars import Bar, bars
from pages.ui.figures.export import leave_row
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle, table, two_digits
from pages.ui.inputs.forms import ask_for
from pages.ui.inputs.kept import kept_text
from pages.ui.views.objectives.lesson import lesson, papers
from pages.ui.views.side_by_side import draw

KEY = "pairs_job"
SEEN = "these documents and what was said of their pairs"  # by whoever has the link
KIND_NAMES: dict[PairKind, str] = {
    "follows": "B really follows A",
    "elsewhere": "B is from another document",
    "same document": "B is from the same document",
    "swapped": "A and B are swapped",
}


def next_sentence_view() -> None:
    """The whole view."""
    checkpoints, request = ask_for("next-sentence-prediction", "nsp")
    label = "Documents: a sentence per line, an empty line between two; if there are none, our own are used"
    written = st.text_area(label, "", height=120, **kept_text("nsp_documents"))
    with answer():
        good = draw(ask("next-sentence-prediction", checkpoints, [request]), lambda reply: labels(reply.result))
        if not good:
            return
        documents = read_documents(written) if written.strip() else own_documents()
        first = good[0].checkpoint
        judged = judge_pairs(PairsRun(first, documents))
        if judged:
            with figure("Kinds of pairs", "kinds", first):
                kinds(judged, documents, spoken(first))
            rows = {first: pair_rows(judged)}
            leave_row("next-sentence", good, lambda reply: [own_row(reply, request), *rows.get(reply.checkpoint, [])])
            lesson("next-sentence", facts(good[0], judged))
            papers("next-sentence")


def own_row(reply: Reply, request: NextSentencePredictionRequest) -> Row:
    """The visitor's own pair, as a row beside the others."""
    return {"kind": "yours", "text_a": request.text_a, "text_b": request.text_b, "follows": follows(reply.result)}


def judge_pairs(wanted: PairsRun) -> Sequence[AnsweredPair]:
    """All pairs once they are judged; the job starts by itself, and a bar follows it if it takes longer."""
    job = jobs.by_itself(KEY, wanted, "Judging pairs of sentences", so_far, linked=SEEN)
    if job is None:
        return ()
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif not job.result:
        show(callout("Stopped before all pairs were judged.", "Change the documents or the model.", "note"))
    return job.result or ()


def so_far(job: Job) -> str:
    """How far it is, in words."""
    return jobs.so_far(job.progress, f"{job.progress.done:,} of {job.progress.total:,} pairs", "")


def kinds(judged: Sequence[AnsweredPair], documents: Sequence[Document], name: str) -> None:
    """How often the model says that B follows A, by kind of pair, and how often it is right."""
    whose = "of our own" if tuple(documents) == own_documents() else "of yours"
    found = score_kinds(judged)
    show(
        subtitle(
            f"How often {name} says “B follows A”", f"{len(judged):,} pairs from {len(documents)} documents {whose}"
        )
    )
    rows = [Bar(KIND_NAMES[one.kind], said(one), percent(said(one), digits=0)) for one in found]
    show(bars(rows, "How often the model says that B follows A, by kind of pair"))
    cells = [
        [
            f"{KIND_NAMES[one.kind]}<br><small>{example(judged, one.kind)}</small>",
            f"{one.pairs:,}",
            escape(percent(one.right, one.error)),
            two_digits(one.follows),
        ]
        for one in found
    ]
    told = {"Right": "± one standard error", "Mean p": "The mean probability of “B follows A”"}
    headers = ["Pair, with an example", "Pairs", "Right", "Mean p"]
    show(table(headers, cells, "How often each kind of pair is recognised", (1, 2, 3), told=told))
    show(
        '<p class="pg-legend">In training, every B that did not follow came from another document. Whoever can tell '
        "whether the topic changes is right then; the order of two sentences need not be learned.</p>"
    )


def said(one: KindScore) -> float:
    """How often the model says that B follows A."""
    return one.right if one.kind == "follows" else 1 - one.right


def example(judged: Sequence[AnsweredPair], kind: PairKind) -> str:
    """The first pair of a kind, safe HTML."""
    pair: SentencePair = next(one.pair for one in judged if one.pair.kind == kind)
    return f"<bdi>{escape(pair.text_a)}</bdi> — <bdi>{escape(pair.text_b)}</bdi>"


def facts(reply: Reply, judged: Sequence[AnsweredPair]) -> dict[str, str]:
    """What the lesson tells of the first checkpoint."""
    found = dict.fromkeys(("follows", "elsewhere", "same", "swapped"), "none")
    for one in score_kinds(judged):
        found["same" if one.kind == "same document" else one.kind] = percent(said(one), one.error, 0)
    return found | {"p": chance(follows(reply.result))}
