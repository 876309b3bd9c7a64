"""Switch it off, for a labelled file: what heads and layers do for the score, and how far they can be pruned."""

import plotly.graph_objects as go
import streamlit as st

from core.checkpoints.catalog import spoken
from core.inspect.explained_rows import explained_rows
from core.inspect.pruning import PAPER, PartChange, Pruning, PruningCurve, part_changes, pruning_rows
from core.inspect.pruning_run import TASK, PruningRun
from core.snippets.pruning import pruning_snippet
from pages.ui.answers import cost
from pages.ui.app import jobs
from pages.ui.app.desk import answer
from pages.ui.figures.chart import BLUE, ORANGE, chart
from pages.ui.figures.export import leave_table
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle
from pages.ui.figures.tint import tint
from pages.ui.views.explain.asking import written
from pages.ui.views.explain.of_file import FileToExplain, ask_file, how_it_ended, row_of, run_job
from pages.ui.views.vectors.space import GREY

PREFIX = "explain_off"
SEEN = "what was found in this file"  # by whoever has the link
LEGEND = (
    "Each number is the accuracy without the part minus that of the whole network, in points. Blue parts are needed; "
    "without orange ones the accuracy is higher. Bold: more than two standard errors."
)
ORDER = (
    "Parts go by how little the probability of the right label falls without each alone. The order comes from the "
    "other half of the rows, because an order flatters the rows that it was found on."
)


def off_file() -> None:
    """The whole view for a labelled file."""
    asked = ask_file(PREFIX, "The label", "label", (TASK,))
    if asked and not asked.label:
        asked = None
        with answer():
            show(callout("There is no column with labels.", "Choose it on the left.", "note"))
    count = f" on {len(asked.table):,} rows" if asked else ""
    job = run_job(PREFIX, asked, work, SEEN, f"Switch everything off in turn{count}")
    if job is None:
        return
    with answer():
        found: tuple[Pruning, ...] = job.result or ()
        how_it_ended(job, sum(one.bad for one in found), next((one.first_bad for one in found if one.bad), ""))
        if not found:
            return
        for column, one in zip(st.columns(len(found), gap="large"), found, strict=True):
            with column, figure("", one.checkpoint, one.checkpoint):
                picture(one)
        origins = {one.checkpoint: f"{len(one.rows):,} rows" for one in found}

        def code(checkpoint: str) -> str:
            row = row_of(checkpoint)
            return pruning_snippet(row, asked.source) if asked and row else ""

        leave_table("pruning", [row for one in found for row in pruning_rows(one)], origins, written(code, origins))
        st.caption(jobs.anyone(SEEN))


def work(asked: FileToExplain) -> PruningRun:
    """The job."""
    return PruningRun(asked.checkpoints, explained_rows(asked.task, asked.table, asked.columns, asked.label))


def picture(found: Pruning) -> None:
    """One checkpoint: the score, single heads and layers, then both curves."""
    row = row_of(found.checkpoint)
    show(subtitle(spoken(found.checkpoint))) if row is None else cost.heading(row)
    show(
        f'<div class="pg-cosine"><b>{100 * found.score:.1f}%</b><span>accuracy of the whole network '
        f"({len(found.rows):,} rows)</span></div>"
    )
    for kind, part in (("heads", found.heads), ("layers", found.layers)):
        if part:
            with figure(f"Single {kind}", f"{kind}-{found.checkpoint}"):
                singles(kind, part_changes(part, found.right))
    for kind, curve in (("heads", found.pruned_heads), ("layers", found.pruned_layers)):
        if curve:
            with figure(f"More and more {kind} off", f"pruned-{kind}-{found.checkpoint}"):
                pruned(kind, curve, found)


def singles(kind: str, changes: tuple[PartChange, ...]) -> None:
    """What the numbers come to in a sentence, and all of them."""
    show(subtitle(f"Without one of the {kind}", "what the accuracy changes by"))
    sure = sum(one.sure for one in changes)
    most = min(changes, key=lambda one: one.change)
    helps = sum(one.change > 0 for one in changes)
    name = f"layer {most.layer}, head {most.head}" if most.head else f"layer {most.layer}"
    words = f"{sure} of {len(changes)} changes are more than two standard errors. "
    if most.change < 0:
        words += f"The largest fall is that without {name}: {points(most)}. "
    words += f"Without {helps} of them, taken alone, the accuracy is higher."
    show(f'<p class="pg-legend">{LEGEND if kind == "heads" else ""} {escape(words)}</p>')
    show(grid(kind, changes))


def points(one: PartChange) -> str:
    """A change with its standard error, in points."""
    return f"{100 * one.change:+.1f} ± {100 * one.error:.1f} points".replace("-", "−")


def grid(kind: str, changes: tuple[PartChange, ...]) -> str:
    """The changes as a table of tinted cells, HTML."""
    largest = max(*(abs(one.change) for one in changes), 1e-6)

    def cell(one: PartChange) -> str:
        name = f"{one.layer}.{one.head}" if one.head else f"layer {one.layer}"
        title = f"Without {name}: {points(one)}; the right label's probability falls by {one.fall:.4f}"
        digits = f"{100 * one.change:+.1f}".replace("-", "−") if one.change else "0"
        digits = f"<b>{digits}</b>" if one.sure else digits
        return f'<td style="--v:{tint(-one.change / largest)}" title="{title.replace("-0", "−0")}">{digits}</td>'

    whole = not changes[0].head  # layers stand in one row
    columns = range(1, (changes[-1].layer if whole else max(one.head for one in changes)) + 1)
    names = "".join(f'<th scope="col">{n}</th>' for n in columns)
    by_row = (
        {0: changes} if whole else {one.layer: [two for two in changes if two.layer == one.layer] for one in changes}
    )
    rows = "".join(
        f'<tr><th scope="row">{row or ""}</th>{"".join(map(cell, of_row))}</tr>' for row, of_row in by_row.items()
    )
    alt = f"The change of the accuracy without each of the {kind}"
    return (
        f'<div class="pg-scroll" tabindex="0" role="region" aria-label="{alt}"><table class="pg-matrix pg-head-table">'
        f"<thead><tr><td></td>{names}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def pruned(kind: str, curve: PruningCurve, found: Pruning) -> None:
    """The score with more and more parts off, the least important first, beside the paper's numbers for heads."""
    show(subtitle(f"More and more {kind} off", "the least important first"))
    off, told = curve.unnoticed
    words = f"{off} of {curve.off[-1]} {kind} can go before the accuracy falls by more than two standard errors. "
    if told:
        words += f"On {len(found.rows):,} rows, a fall of less than about {100 * told:.0f} points could be chance. "
    if kind == "heads":
        theirs = ", ".join(f"{share:.0%} on {name}" for name, share in PAPER.items())
        words += (
            f"Of BERT-base's heads, Michel et al. (2019, arXiv 1905.10650) could prune {theirs} unnoticed, with an "
            f"order found by gradients; here it is {off / curve.off[-1]:.0%}. "
        )
    show(f'<p class="pg-legend">{escape(words + ORDER)}</p>')
    shares = [100 * n / curve.off[-1] for n in curve.off]
    drawn = go.Figure(
        go.Scatter(
            x=shares,
            y=list(curve.scores),
            error_y={"type": "data", "array": list(curve.errors), "thickness": 1.5},
            mode="lines+markers",
            line={"color": BLUE, "width": 2},
            customdata=list(curve.off),
            hovertemplate=f"%{{customdata}} {kind} off: %{{y:.3f}}<extra></extra>",
        )
    )
    label = {"annotation_text": "most frequent label", "annotation_position": "bottom left"}
    drawn.add_hline(y=found.majority, line_dash="dot", line_color=GREY, **label)
    for name, side in (("MNLI", "left"), ("SST-2", "right")) if kind == "heads" else ():
        label = {"annotation_text": f"BERT, {name}", "annotation_position": f"top {side}"}
        drawn.add_vline(x=100 * PAPER[name], line_dash="dash", line_color=ORANGE, **label)
    drawn.update_layout(
        xaxis={"title": f"{kind} off, %", "range": [-3, 103]},
        yaxis={"title": "accuracy", "tickformat": ".0%"},
        showlegend=False,
    )
    chart(
        drawn,
        f"pruned-{kind}-{found.checkpoint}-chart",
        f"The accuracy with {len(shares) - 1} more and more {kind} off.",
    )
