"""Faithfulness of a file: the methods ranked over all of its texts, beside random orders."""

from collections.abc import Sequence

import streamlit as st

from core.checkpoints.catalog import spoken
from core.inspect.claims.claim import judge
from core.inspect.explained_rows import explained_rows
from core.inspect.faithfulness import RANDOM_ORDERS, Erasure
from core.inspect.faithfulness_run import FaithfulnessRun, FileFaithfulness, MethodScore, text_rows
from core.inspect.methods import METHODS
from core.snippets.faithfulness import file_faithfulness_snippet
from pages.ui.answers import cost
from pages.ui.app import jobs
from pages.ui.app.desk import answer
from pages.ui.figures.export import leave_table
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import escape, show, subtitle, table
from pages.ui.views.explain.asking import written
from pages.ui.views.explain.faithful_curves import both_curves, method_cell, signed
from pages.ui.views.explain.of_file import FileToExplain, ask_file, how_it_ended, row_of, run_job

PREFIX = "explain_faithful"
SEEN = "what was found in this file"  # by whoever has the link
FEWEST = 5  # texts whose standard errors say something
TAKEN = {"delete": "words left out", "mask": "words masked"}


def faithful_file(erasure: Erasure) -> None:
    """The whole view for a file."""

    def work(asked: FileToExplain) -> FaithfulnessRun:
        rows = explained_rows(asked.task, asked.table, asked.columns, asked.label)
        return FaithfulnessRun(asked.task, asked.checkpoints, rows, erasure)

    asked = ask_file(PREFIX, "What to explain (else the best answer)", "explain")
    count = f" on {len(asked.table):,} texts" if asked else ""
    job = run_job(PREFIX, asked, work, SEEN, f"Test the methods{count}")
    if job is None:
        return
    with answer():
        found: tuple[FileFaithfulness, ...] = job.result or ()
        how_it_ended(job, sum(one.bad for one in found), next((one.first_bad for one in found if one.bad), ""))
        found = tuple(one for one in found if one.texts)
        if not found:
            return
        for column, one in zip(st.columns(len(found), gap="large"), found, strict=True):
            with column, figure("", one.checkpoint, one.checkpoint):
                picture(one, job.work.erasure)
        origins = {one.checkpoint: f"{len(one.texts):,} texts" for one in found}

        def code(checkpoint: str) -> str:
            row = row_of(checkpoint)
            return file_faithfulness_snippet(row, asked.task, asked.source, job.work.erasure) if asked and row else ""

        every = [row for one in found for row in text_rows(one)]
        leave_table("faithfulness-of-file", every, origins, written(code, origins))
        st.caption(jobs.anyone(SEEN))


def picture(found: FileFaithfulness, erasure: str) -> None:
    """One checkpoint: the ranking, then both curves."""
    row = row_of(found.checkpoint)
    show(subtitle(spoken(found.checkpoint))) if row is None else cost.heading(row)
    with figure("Which method to believe", f"ranking-{found.checkpoint}"):
        ranking(found, erasure)
    count = len(found.methods)
    means = found.means
    both_curves(dict(zip(found.methods, means[:count], strict=True)), means[count:], found.measure, found.checkpoint)


def ranking(found: FileFaithfulness, erasure: str) -> None:
    """The best method and attention in a sentence each, then all with their standard errors."""
    scores = found.scores
    count = "one text" if len(found.texts) == 1 else f"{len(found.texts):,} texts"
    show(subtitle("Which method to believe", f"means over {count}, {TAKEN[erasure]}"))
    show(f'<p class="pg-legend">{escape(" ".join(sentences(found, scores)))}</p>')
    rows = [
        [
            method_cell(one.name),
            signed(one.comprehensive),
            signed(one.sufficient),
            with_error(one.faithful, one.error),
            with_error(one.gain, one.gain_error),
            f"{round(one.beats * RANDOM_ORDERS)} of {RANDOM_ORDERS}",
        ]
        for one in scores
    ]
    headers = ["Method", "Fall without its words", "Fall with them alone", "Difference"]
    headers += ["Above random orders", "Random orders beaten"]
    told = {
        "Difference": "The larger, the more faithful; ± its standard error over the texts",
        "Above random orders": "By how much the difference is above that of random orders of the same texts",
    }
    show(table(headers, rows, "Methods, the most faithful first", range(1, 6), told=told))


def sentences(found: FileFaithfulness, scores: Sequence[MethodScore]) -> list[str]:
    """What can be said of the best method and of attention."""
    if len(found.texts) < FEWEST:
        return [f"Nothing can be told of fewer than {FEWEST} texts."]
    best = scores[0]
    said = [f"{METHODS[best.name].title} is the most faithful on average: {against_random(best)}."]
    if len(scores) > 1:
        near = [
            METHODS[one.name].title
            for one in scores[1:]
            if judge(*found.ahead(best.name, one.name)) == "too close to tell"
        ]
        said += [f"Too close to tell from it: {', '.join(near)}."] if near else []
    attention = next((one for one in scores[1:] if one.name == "attention"), None)
    return [*said, f"Attention: {against_random(attention)}."] if attention else said


def against_random(one: MethodScore) -> str:
    """How a method stands among random orders, two standard errors being what makes it sure."""
    match judge(one.gain, one.gain_error):
        case "holds here":
            return f"clearly above random orders of the words ({with_error(one.gain, one.gain_error)})"
        case "does not hold here":
            return f"below random orders of the words ({with_error(one.gain, one.gain_error)})"
        case _:
            return "too close to random orders of the words to tell"


def with_error(value: float, error: float) -> str:
    """A number with its standard error."""
    return signed(value) if error == float("inf") else f"{signed(value)} ± {error:.2f}"
