"""Paper and playground: what papers say, tested on a checkpoint at a click."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.inspect.claims.claim import JudgedClaim, PaperClaim, claim_rows
from core.inspect.claims.experiments import ClaimsRun, find_experiments, tasks_of
from core.inspect.grammar import ParsedSentence
from core.jobs import Job
from pages.ui.answers import cost
from pages.ui.app import desk, jobs, library
from pages.ui.app.desk import answer
from pages.ui.figures.export import leave_table
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle
from pages.ui.figures.verdict import verdict_html
from pages.ui.inputs.checkpoints import able_to, name_on_the_line, pick_one

NAME = "Paper and playground"
SEEN = "these claims and what came out"  # by whoever has the link
PATIENCE_S = 3.0
PICKERS = {"fill-mask": "Model that fills gaps", "text-classification": "Model that tells positive from negative"}


def claims_view(page: str, sentences: tuple[ParsedSentence, ...] = ()) -> None:
    """The whole view of a page's experiments; probes read the `sentences` of a file, if there are any."""
    key, tasks = f"{page}_claims_job", tasks_of(page)
    with desk.settings():
        chosen = [
            pick_one(PICKERS.get(task, "Model"), partial(able_to, task), f"{page}_claims_{task}_checkpoint", task)
            for task in tasks
        ]
    name_on_the_line(chosen)
    wanted = ClaimsRun(page, tuple(zip(tasks, chosen, strict=True)), sentences)
    job = jobs.find(key)
    with desk.acting():
        label, busy = "Test the claims", jobs.running(job)
        go = st.button(label, type="primary", icon=":material/science:", disabled=busy, key=f"{page}_claims_go")
    with answer():
        if go:
            jobs.start(key, wanted)
            with st.spinner("Reading the sentences", show_time=True):
                job = jobs.find(key, PATIENCE_S)
        if job is None:
            jobs.show_gone(key, "set of claims", "Test them again.")
            untested(page)
        elif job.progress.running:
            jobs.follow(key, so_far, linked=SEEN)
        else:
            outcome(page, job)


def untested(page: str) -> None:
    """The claims, and how they will be measured."""
    claims = [claim for one in find_experiments(page) for claim in one.claims]
    note = f"{len(claims)} claims of papers, to be tested on a model; a small one takes about half a minute"
    show(subtitle(NAME, note))
    show("".join(map(claim_html, claims)))


def so_far(job: Job) -> str:
    """How far it is, in words."""
    return jobs.so_far(job.progress, f"{job.progress.share:.0%}", "")


def outcome(page: str, job: Job) -> None:
    """The claims that are judged, by checkpoint, and why there are no more."""
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif job.progress.stopped:
        show(callout("Stopped early.", "What was judged by then is shown.", "note"))
    known = {row.id for row in library.catalog()}
    found: list[JudgedClaim] = [one for one in job.result or () if one.checkpoint in known]
    by_checkpoint: dict[str, list[JudgedClaim]] = {}
    for one in found:
        by_checkpoint.setdefault(one.checkpoint, []).append(one)
    for checkpoint, claims in by_checkpoint.items():
        with figure(NAME, f"{page}-claims-{checkpoint}", checkpoint):
            cost.heading(library.catalog()[checkpoint])
            show_claims(claims, "what the papers say of BERT-base, and what came out here")
    if found:
        leave_table(f"{page}-claims", claim_rows(found), {id: counted(some) for id, some in by_checkpoint.items()})
        st.caption(jobs.anyone(SEEN))


def counted(claims: Sequence[JudgedClaim]) -> str:
    """How many of the claims hold, for the foot of a picture."""
    return f"{sum(one.verdict == 'holds here' for one in claims)} of {len(claims)} claims hold"


def show_claims(claims: Sequence[JudgedClaim], note: str) -> None:
    """Every claim with its verdict."""
    show(subtitle(NAME, note))
    show("".join(claim_html(one.claim, one) for one in claims))


def claim_html(claim: PaperClaim, found: JudgedClaim | None = None) -> str:
    """One claim; with what came out, where it is judged."""
    verdict = verdict_html(found.verdict) if found else ""
    here = f"<p><b>Here.</b> {unbroken(found.here)}</p>" if found else ""
    paper = f'<a href="{escape(claim.link)}" target="_blank" rel="noopener">{escape(claim.paper)}</a>'
    return (
        f'<div class="pg-claim"><div class="pg-claim-head"><b>{escape(claim.question)}</b>{verdict}</div>'
        f"<p><b>The paper.</b> {unbroken(claim.says)} {paper}</p>{here}"
        f'<p class="pg-how"><b>How.</b> {unbroken(claim.how)}</p></div>'
    )


def unbroken(text: str) -> str:
    """The text with each number on one line with its error and its sign of percent."""
    return escape(text.replace(" ± ", "\u00a0±\u00a0").replace(" %", "\u00a0%"))
