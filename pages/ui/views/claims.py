"""Paper and playground: what papers say, tested on a checkpoint at a click."""

from collections.abc import Sequence

import streamlit as st

from core.inspect.claims.claim import JudgedClaim, PaperClaim, claim_rows
from core.inspect.claims.experiments import ClaimsRun, find_experiments, tasks_of
from core.inspect.grammar import ParsedSentence
from core.jobs import Job
from pages.ui.answers import cost
from pages.ui.app import desk, jobs, library
from pages.ui.app.desk import answer
from pages.ui.app.families import badge
from pages.ui.app.replies import NONE_CHOSEN
from pages.ui.figures.export import leave_table
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, shorten, show, subtitle
from pages.ui.figures.verdict import verdict_html
from pages.ui.inputs.checkpoints import name_on_the_line, pick_several

NAME = "Paper and playground"
SEEN = "these claims and what came out"  # by whoever has the link
PATIENCE_S = 3.0
PICKERS = {"fill-mask": "Models that fill gaps", "text-classification": "Models that tell positive from negative"}
MARGINS = (
    "Margin: how far what was measured lies on the side of the claim, with its standard error; within two of them "
    "it is too close to tell. n counts sentences, words or heads."
)


def claims_view(page: str, sentences: tuple[ParsedSentence, ...] = ()) -> None:
    """The whole view of a page's experiments, on up to four models for each kind of them; probes read the `sentences`
    of a file, if there are any."""
    key, tasks = f"{page}_claims_job", tasks_of(page)
    with desk.settings():
        chosen = [
            (task, id)
            for task in tasks
            for id in pick_several(PICKERS.get(task, "Models"), f"{page}_claims_{task}_checkpoints", task)
        ]
    name_on_the_line([id for _, id in chosen])
    wanted = ClaimsRun(page, tuple(chosen), sentences)
    job = jobs.find(key)
    with desk.acting():
        label, busy = "Test the claims", jobs.running(job) or not chosen
        go = st.button(label, type="primary", icon=":material/science:", disabled=busy, key=f"{page}_claims_go")
    with answer():
        if go:
            jobs.start(key, wanted)
            with st.spinner("Reading the sentences", show_time=True):
                job = jobs.find(key, PATIENCE_S)
        if job is None and not chosen:
            show(NONE_CHOSEN)
        elif job is None:
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
    """The claims that are judged, each with what came out for every checkpoint, and why there are no more."""
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif job.progress.stopped:
        show(callout("Stopped early.", "What was judged by then is shown.", "note"))
    known = {row.id for row in library.catalog()}
    found: list[JudgedClaim] = [one for one in job.result or () if one.checkpoint in known]
    by_checkpoint: dict[str, list[JudgedClaim]] = {}
    for one in found:
        by_checkpoint.setdefault(one.checkpoint, []).append(one)
    if found:
        several = len(by_checkpoint) > 1
        with figure(NAME, f"{page}-claims", "" if several else found[0].checkpoint):
            if not several:
                cost.heading(library.catalog()[found[0].checkpoint])
            show_claims(found, "what the papers say of BERT-base, and what came out here", named=several)
        leave_table(f"{page}-claims", claim_rows(found), {id: counted(some) for id, some in by_checkpoint.items()})
        st.caption(jobs.anyone(SEEN))


def counted(claims: Sequence[JudgedClaim]) -> str:
    """How many of the claims hold, for the foot of a picture."""
    return f"{sum(one.verdict == 'holds here' for one in claims)} of {len(claims)} claims hold"


def show_claims(found: Sequence[JudgedClaim], note: str, *, named: bool = False) -> None:
    """Every claim with its verdict, or with one for each checkpoint where these are `named`."""
    show(subtitle(NAME, note))
    show(f'<p class="pg-legend">{MARGINS}</p>')
    by_claim: dict[PaperClaim, list[JudgedClaim]] = {}
    for one in found:
        by_claim.setdefault(one.claim, []).append(one)
    show("".join(claim_html(claim, some, named=named) for claim, some in by_claim.items()))


def claim_html(claim: PaperClaim, found: Sequence[JudgedClaim] = (), *, named: bool = False) -> str:
    """One claim; with what came out, where it is judged."""
    verdict = "" if named else "".join(verdict_html(one.verdict) for one in found)
    here = "".join(here_html(one, named=named) for one in found)
    paper = f'<a href="{escape(claim.link)}" target="_blank" rel="noopener">{escape(claim.paper)}</a>'
    return (
        f'<div class="pg-claim"><div class="pg-claim-head"><b>{escape(claim.question)}</b>{verdict}</div>'
        f"<p><b>The paper.</b> {unbroken(claim.says)} {paper}</p>{here}"
        f'<p class="pg-how"><b>How.</b> {unbroken(claim.how)}</p></div>'
    )


def here_html(one: JudgedClaim, *, named: bool) -> str:
    """What came out for a checkpoint; where it is `named`, with its verdict."""
    who, verdict = "<b>Here.</b>", ""
    if named:
        row = library.catalog()[one.checkpoint]
        who = f"{badge(row.family)}<b>{escape(shorten(row.name))}.</b>"
        verdict = verdict_html(one.verdict)
    return f'<div class="pg-claim-here"><p>{who} {unbroken(one.here)} {margin(one)}</p>{verdict}</div>'


def margin(one: JudgedClaim) -> str:
    """What was judged, with its error and how many it is of; nothing of a claim that was not measured."""
    if one.verdict == "not measured":
        return ""
    numbers = f"{one.value:+.3f} ± {one.error:.3f}".replace("-", "−")
    return f'<span class="pg-margin">{unbroken(f"Margin {numbers}, n = {one.n:,}")}</span>'


def unbroken(text: str) -> str:
    """The text with each number on one line with its error and its sign of percent."""
    return escape(text.replace(" ± ", "\u00a0±\u00a0").replace(" %", "\u00a0%"))
