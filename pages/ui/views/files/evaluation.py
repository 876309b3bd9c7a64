"""How good classes are on labelled rows: headline numbers, confusion matrix, thresholds, slices, mistakes."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.files.evaluation import Evaluation, Slice, ThresholdCurve
from pages.ui.figures.chart import BLUE, GREEN, ORANGE, chart
from pages.ui.figures.markup import escape, shorten, show, subtitle, table


def headline(one: Evaluation) -> None:
    """Accuracy beside what always saying the most frequent label would give, and macro F1."""
    show(
        f'<div class="pg-cosine"><b>{100 * one.accuracy:.1f}%</b><span>accuracy ({one.rows:,} rows)</span></div>'
        f'<p class="pg-legend">Always guessing the most common label gives {100 * one.majority:.1f}%. '
        f"Macro F1 {one.macro_f1:.3f}.</p>"
    )
    rows = [
        [escape(c.label), f"{c.precision:.3f}", f"{c.recall:.3f}", f"{c.f1:.3f}", f"{c.rows:,}"] for c in one.classes
    ]
    headers = ["Class", "Precision", "Recall", "F1", "Rows"]
    show(subtitle("Class by class") + table(headers, rows, "Scores of each class", numeric=range(1, 5)))


def confusion(one: Evaluation) -> None:
    """The counts as a table of tinted cells, each row tinted by its shares."""
    names = [c.label for c in one.classes]
    columns = "".join(f'<th scope="col">{escape(shorten(name, 14))}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{escape(shorten(name, 40))}</th>'
        + "".join(count_cell(int(n), int(counts.sum()), name, other) for n, other in zip(counts, names, strict=True))
        + "</tr>"
        for name, counts in zip(names, one.confusion, strict=True)
    )
    show(subtitle("Confusion matrix", "rows: label in the file, columns: prediction"))
    show(
        '<div class="pg-scroll" tabindex="0" role="region" aria-label="Confusion matrix"><table class="pg-matrix">'
        f"<thead><tr><td></td>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def count_cell(count: int, total: int, label: str, predicted: str) -> str:
    """One count on the colour of its share of the row: blue where right, orange where wrong."""
    share = count / max(1, total)
    red, green, blue = (0, 114, 178) if label == predicted else (213, 94, 0)
    title = f"{label} predicted as {predicted}: {count:,} of {total:,}"
    return f'<td style="--v:rgba({red},{green},{blue},{share:.2f})" title="{escape(title)}">{count:,}</td>'


def thresholds(curve: ThresholdCurve, label: str, chosen: float, key: str) -> None:
    """Precision, recall and F1 of a class over all thresholds, and the numbers at the chosen one."""
    at = min(int(curve.thresholds.searchsorted(chosen)), len(curve.thresholds) - 1)
    best = curve.best
    note = f"best F1 {curve.f1[best]:.3f} at {curve.thresholds[best]:.2f}"
    show(subtitle(f"Threshold {chosen:.2f} for “{shorten(label, 30)}”", note))
    show(
        f'<p class="pg-legend">precision <b>{curve.precision[at]:.3f}</b>, recall <b>{curve.recall[at]:.3f}</b>, '
        f"F1 <b>{curve.f1[at]:.3f}</b></p>"
    )
    lines = (("precision", curve.precision, BLUE), ("recall", curve.recall, ORANGE), ("F1", curve.f1, GREEN))
    figure = go.Figure([line(name, curve.thresholds, values, color) for name, values, color in lines])
    figure.add_vline(x=chosen, line_width=1, line_dash="dot")
    figure.update_layout(xaxis={"range": [0, 1], "title": "threshold"}, yaxis={"range": [0, 1.02]})
    chart(figure, key, f"Precision, recall and F1 of {label} by threshold.")


def line(name: str, x: NDArray[np.float64], y: NDArray[np.float64], color: str) -> go.Scatter:
    """One line."""
    hover = "%{x:.3f}: " + name + " %{y:.3f}<extra></extra>"
    return go.Scatter(name=name, x=x, y=y, mode="lines", line={"color": color, "width": 2}, hovertemplate=hover)


def slices(found: Sequence[Slice], name: str) -> None:
    """The accuracy of the rows by a value, the worst first."""
    rows = [
        [escape(shorten(one.value, 40)), f"{one.rows:,}", f"{one.accuracy:.3f}", f"{one.low:.2f}–{one.high:.2f}"]
        for one in found
    ]
    show(subtitle(f"By {name}", "least accurate first, with 95% confidence intervals"))
    show(table(["Value", "Rows", "Accuracy", "Interval"], rows, f"Accuracy by {name}", numeric=range(1, 4)))


def mistakes(rows: Sequence[tuple[int, str, str, str, float]]) -> None:
    """Rows as (number, text, label, predicted class, score), the surest mistakes first."""
    show(subtitle("Most confident mistakes", "mislabelled rows often show up here"))
    if not rows:
        show('<p class="pg-empty">There are no mistakes.</p>')
        return
    cells = [
        [f"{number:,}", escape(shorten(text, 240)), escape(label), escape(predicted), f"{score:.4f}"]
        for number, text, label, predicted, score in rows
    ]
    headers = ["Row", "Text", "Label", "Predicted", "Score"]
    show(table(headers, cells, "Most confident mistakes", numeric=[0, 4]))
