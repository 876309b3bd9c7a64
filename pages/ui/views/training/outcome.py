"""What came out of a training: the score, what is confused with what, and where to try the trained model."""

from collections.abc import Iterator, Sequence
from statistics import mean, stdev
from typing import Any

import streamlit as st

from core.checkpoints.catalog import Checkpoint
from core.comparison.certainty import wilson
from core.errors import PlaygroundError
from core.files.evaluation import evaluate
from core.files.metrics import exact_match
from core.finetuning.plan import MEASURES
from core.finetuning.report import SeedRun, TrainingOutcome, TrainingReport
from core.finetuning.run_folder import TrainingOrder
from pages.ui.app import library
from pages.ui.app.keys import file_stem
from pages.ui.app.page_table import find_page, link_target
from pages.ui.figures.export import download
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, shorten, show, subtitle, table
from pages.ui.inputs.forms import form_of
from pages.ui.views.files import evaluation
from pages.ui.views.models.adding import links

MOST_WRONG = 10
JUDGED = (("Held-out row", 3), ("The model", 1))  # columns of what it gets wrong
FINE = 0.01  # an interval that reaches no further from the score is not worth a word
COMPARED = ("fill-mask", "question-answering", "token-classification", "text-classification")
OTHERS = {"tokens": "hidden tokens asked"}


def report(order: TrainingOrder, found: TrainingReport) -> None:
    """Score, ways to try it, confusion matrix, rows that it gets wrong."""
    outcome = found.outcome
    assert outcome
    assert found.start
    count = int(outcome.others.get("tokens", len(order.dev)))  # that the score is a mean of
    what = "hidden tokens" if "tokens" in outcome.others else "rows"
    sure = escape(uncertainty(outcome.score, count, what) + memory(found))
    measure = f"{MEASURES[order.plan.task]} on {len(order.dev):,} held-out rows"
    show(
        f'<div class="pg-cosine"><b>{100 * outcome.score:.1f}%</b><span>{measure}, '
        f"{100 * outcome.before:.1f}% before</span></div>"
        f'<p class="pg-legend">The best weights are those after step {outcome.best:,}. It learned for '
        f"{outcome.seconds:.0f} s of processor time. {sure}</p>"
    )
    if outcome.others:
        show(f'<p class="pg-legend">{" · ".join(others(found))}</p>')
    row = trained(found.checkpoint)
    if row:
        show(
            callout(
                f"{row.name} is ready.",
                "It is yours alone, and on every page until the server restarts. Try it:",
                "note",
            )
        )
        with st.container(horizontal=True, key="finetune-links"):
            links(row)
            beside(row, order.plan.watch)
            own = library.get_library()  # the file is made where nobody knows whose visit it is
            stem = file_stem(row.name)
            download("Download", lambda: own.archive(row.id), f"{stem}.zip", "application/zip")
            if order.plan.method == "lora":
                download(
                    "Adapter only", lambda: own.archive(row.id, adapter=True), f"{stem}-adapter.zip", "application/zip"
                )
    if found.seeds:
        spread(found.seeds, outcome)
    if order.plan.task == "text-classification":
        gold, said = [one.labels[0] for one in order.dev], [one[0] for one in outcome.labels]
        judged = evaluate(gold, said, found.start.classes)
        with figure("Confusion matrix", "finetune-confusion"):
            evaluation.confusion(judged)
        wrong(order, said)
    elif order.plan.task == "question-answering":
        wrong_answers(order, [one[0] for one in outcome.labels])


def memory(found: TrainingReport) -> str:
    """How much memory it took, beside what was expected."""
    assert found.start
    assert found.outcome
    return f" {memory_said(found.start.expected_mb, found.outcome.peak_mb)}".rstrip()


def memory_said(expected_mb: float, peak_mb: float) -> str:
    """How much it took beside what was expected, in words; nothing where one of them is not known."""
    if not (expected_mb and peak_mb):
        return ""
    return f"It took up to {peak_mb:,.0f} MB of memory; {expected_mb:,.0f} MB were expected."


def spread(seeds: Sequence[SeedRun], best: TrainingOutcome) -> None:
    """What chance does: the scores of trainings that differ in their seed alone."""
    scores = [one.outcome.score for one in seeds]
    told = f"{100 * mean(scores):.1f}% on average"
    if len(scores) > 1:
        told += f", standard deviation {100 * stdev(scores):.1f} points"
    cells = [
        [
            f"{one.seed:,}",
            f"{one.outcome.score:.3f}" + (" (kept)" if one.outcome == best else ""),
            f"{one.outcome.best:,}",
            f"{one.outcome.seconds:.0f} s",
        ]
        for one in seeds
    ]
    headers = ["Seed", "Score", "Best after step", "Processor time"]
    show(subtitle(f"The same with {len(seeds)} seeds" if len(seeds) > 1 else "One seed", told))
    show(table(headers, cells, "Scores by seed", range(4)))


def others(found: TrainingReport) -> Iterator[str]:
    """What else is measured, before and after."""
    assert found.outcome
    for name, now in found.outcome.others.items():
        before = found.before.others.get(name) if found.before else None
        was = f" (before: {before:g})" if before is not None and before != now else ""
        yield f"{escape(OTHERS.get(name, name))} <b>{now:g}</b>{was}"


def beside(row: Checkpoint, watched: Sequence[str] = (), label: str = "Before and after") -> None:
    """A link to the page where the trained model and the one it was are asked together."""
    task = next((task for task in COMPARED if task in row.tasks), "")
    place = form_of(task).place if task else None
    if not place or row.trained_from not in [one.id for one in library.catalog().supporting(task)]:
        return
    page = find_page(place.page)
    query: dict[str, Any] = {f"{place.prefix}_checkpoints": [row.id, row.trained_from]} | place.view
    if task == "fill-mask" and watched:
        query[f"{place.prefix}_text"] = watched[0]
    st.page_link(link_target(page), label=label, icon=":material/compare:", query_params=query)


def uncertainty(score: float, count: int, what: str) -> str:
    """How sure the score is, where few rows were asked."""
    low, high = wilson(score, max(1, count))
    if high - low < 2 * FINE:
        return ""
    likely = f"the true score is probably between {100 * low:.0f} and {100 * high:.0f}%"
    return f"With {count:,} {what}, {likely} (95% interval)."


def trained(checkpoint: str) -> Checkpoint | None:
    """The row of the trained model, if it is still here and this visitor's."""
    try:
        return library.catalog()[checkpoint] if checkpoint else None
    except PlaygroundError:
        return None


def wrong(order: TrainingOrder, said: list[str]) -> None:
    """Held-out rows that it gets wrong."""
    rows = [
        [f"{one.number:,}", escape(shorten(" | ".join(one.texts), 200)), escape(one.labels[0]), escape(label)]
        for one, label in zip(order.dev, said, strict=True)
        if one.labels[0] != label
    ]
    show(subtitle("What it gets wrong", f"{len(rows):,} of {len(said):,} held-out rows"))
    if rows:
        headers = ["Row", "Text", "Label", "It says"]
        show(table(headers, rows[:MOST_WRONG], "Held-out rows it gets wrong", numeric=[0], groups=JUDGED))


def wrong_answers(order: TrainingOrder, said: list[str]) -> None:
    """Held-out questions whose answer is not wholly right."""
    rows = [
        [
            f"{one.number:,}",
            escape(shorten(one.texts[0], 100)),
            escape(shorten(" / ".join(one.labels), 80)) or "<i>none</i>",
            escape(shorten(answer, 80)) or "<i>no answer</i>",
        ]
        for one, answer in zip(order.dev, said, strict=True)
        if not exact_match(answer, one.labels or ("",))
    ]
    show(subtitle("What it gets wrong", f"{len(rows):,} of {len(said):,} held-out questions"))
    if rows:
        headers = ["Row", "Question", "Answer", "It says"]
        show(table(headers, rows[:MOST_WRONG], "Held-out questions it gets wrong", numeric=[0], groups=JUDGED))
