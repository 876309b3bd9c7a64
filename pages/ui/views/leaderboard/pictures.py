"""The variants side by side: a table of scores and costs, quality against cost, curves, claims of papers."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.checkpoints.catalog import Catalog, Checkpoint, spoken
from core.leaderboard.board import GENERATOR, Board, Cell, Entry, Point
from core.leaderboard.claims import Finding, SharedMeasure, beside, in_numbers
from core.leaderboard.columns import COLUMNS, COSTS, QUALITY, Column, Unit
from pages.ui.answers.cost import millions
from pages.ui.app.families import badge, family
from pages.ui.figures.chart import chart
from pages.ui.figures.markup import callout, escape, show, subtitle, table
from pages.ui.figures.verdict import verdict_html

BETTER, CHEAPER = "Quality: higher is better", "Cost: lower is cheaper"
MORE = '<details class="pg-more"><summary><span>Show the costs</span><span>Show the quality</span></summary></details>'
NONE_YET = "There are no variants yet."
HOW_TO_MAKE_ONE = "Train one with “python -m recipes pretrain NAME --data DIR” and add a row to catalog.toml."
STANDINGS = {"best": "the best", "close": "statistically tied with the best", "": ""}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")  # so that lines differ in more than colour
AXES = {  # what a curve runs over -> the field of its points, the unit, how much of the field is one
    "Text read": ("tokens", "million tokens", 1e6),
    "Time": ("seconds", "minutes", 60),
}
HELD_OUT = "measured on held-out text"
REMARKS = {  # field of a curve -> what to know of it
    "masked_accuracy": f"{HELD_OUT}; RoBERTa uses different tokens, and ELECTRA's line is its generator's",
    "detection_accuracy": f"{HELD_OUT}; most tokens are not swapped, so “no” is usually right",
}
OWN_LESSONS = "each variant has its own training task, so the loss shows its progress, not which is better"
ONE_LESSON = "all learn the same task from the same rows; lower is better"
HEIGHT = 380  # pixels
UNITS: Mapping[Unit, str] = {  # what stands in the head of a column, so that its cells are bare numbers
    "share": "",
    "parameters": "millions",
    "megabytes": "MB",
    "milliseconds": "ms",
    "minutes": "min",
    "tokens": "millions",
}


def number(value: float, unit: Unit) -> str:
    """A number of a column with its unit; shares have none."""
    match unit:
        case "share":
            return f"{value:.3f}"
        case "parameters":
            return millions(int(value))
        case "tokens":
            return f"{millions(int(value))} tokens"
        case "megabytes":
            return f"{value:,.1f} MB"
        case "milliseconds":
            return f"{value:,.1f} ms"
        case "minutes":
            return f"{value:,.1f} min"


def bare(value: float, unit: Unit) -> str:
    """The same number where its unit stands in the head of the column."""
    match unit:
        case "share":
            return f"{value:.3f}"
        case "parameters" | "tokens":
            return f"{value / 1e6:,.1f}"
        case _:
            return f"{value:,.1f}"


def head(column: Column) -> str:
    """The title of a column with its unit."""
    return f"{column.title} ({UNITS[column.unit]})" if UNITS[column.unit] else column.title


def no_variant() -> None:
    """What is shown if there is nothing to compare."""
    show(callout(NONE_YET, HOW_TO_MAKE_ONE, "note"))


def scores(board: Board, first: Column) -> None:
    """One row per variant, the best of column `first` on top, that column next to the names and with bars; then what
    they are good at, then what they cost. What is the same for all stands below, once."""
    others = [column for column in COLUMNS.values() if column is not first]
    alike = {column: value for column in others if (value := board.alike(column.id)) is not None}
    rest = [[one for one in part if one is not first and one not in alike] for part in (QUALITY, COSTS)]
    columns = [first, *rest[0], *rest[1]]
    largest = max((entry.cells[first.id].value or 0 for entry in board.entries), default=0)
    cells = []
    for entry in board.ranked(first.id):
        bar = share_bar(entry, (entry.cells[first.id].value or 0) / (1 if first.unit == "share" else largest or 1))
        numbers = [cell(board, entry, column, bar if column is first else "") for column in columns]
        cells.append([f"{badge(entry.row.family)} <b>{escape(spoken(entry.row.id))}</b>", *numbers])
    headers = ["Variant", *map(head, columns)]
    groups = [("", 1), ("Sorted by", 1), (BETTER, len(rest[0])), (CHEAPER, len(rest[1]))]
    told = {head(column): column.help for column in columns}
    drawn = table(headers, cells, "Scores and costs of the variants", range(1, len(headers)), groups, told=told)
    show(subtitle(f"Sorted by “{first.title}”", first.help))
    show(f'<div class="pg-board">{MORE}{drawn}</div>')
    same = "; ".join(f"{column.title.lower()} {number(value, column.unit)}" for column, value in alike.items())
    show(
        '<p class="pg-legend"><span class="pg-best">Filled</span>: the best in its column. '
        '<span class="pg-close">Dashed</span>: statistically tied with the best (within two standard errors of their '
        "difference). ± is two standard errors.</p>"
        + (f'<p class="pg-legend">The same for all: {escape(same)}.</p>' if same else "")
        + "".join(map(generator, board.generators))
    )


def generator(entry: Entry) -> str:
    """What is known of a generator, as a sentence, HTML."""
    known = [
        f"{column.title.lower()} {number(value, column.unit)}"
        for column in COLUMNS.values()
        if (value := entry.cells[column.id].value) is not None and column.id not in ("minutes", "tokens")
    ]
    taught = spoken(entry.row.id.removesuffix(GENERATOR))
    said = f"{taught} predicts no words itself. {spoken(entry.row.id)} does: {', '.join(known)}."
    return f'<p class="pg-legend">{escape(said)}</p>'


def meanings(board: Board) -> None:
    """What each column is, and on what it was measured."""
    rows = []
    for column in COLUMNS.values():
        cells = [entry.cells[column.id] for entry in board.entries]
        sources = dict.fromkeys(f"{one.rows:,} rows of {one.dataset}" for one in cells if one.rows)
        rows.append([f"<b>{escape(head(column))}</b>", escape(column.help), escape("; ".join(sources))])
    show(table(["Column", "Meaning", "Measured on"], rows, "What the columns mean"))


def share_bar(entry: Entry, share: float) -> str:
    """A thin bar in the family's colour, HTML."""
    color = family(entry.row.family).color
    return (
        f'<span class="pg-track" style="--c:{color}" aria-hidden="true"><i style="width:{100 * share:.1f}%"></i></span>'
    )


def cell(board: Board, entry: Entry, column: Column, bar: str) -> str:
    """A number as HTML, marked if it is the best or close to it, above `bar`; or why there is none."""
    one = entry.cells[column.id]
    if one.value is None:
        return f"<small>{escape(one.reason)}</small>"
    standing = board.standing(entry, column.id)
    title = ", ".join(filter(None, [STANDINGS[standing], column.about, measured(one)]))
    shown = bare(one.value, column.unit)
    error = f"<small>± {2 * one.error:.3f}</small>" if bar and one.error else ""
    look = f' class="pg-{standing}"' if standing else ""
    return f'<span{look} title="{escape(title)}">{shown}</span>{error}{bar}'


def measured(one: Cell) -> str:
    """On what, and how sure."""
    if not one.rows:
        return ""
    error = f", standard error {one.error:.3f}" if one.error else ""
    return f"{one.rows:,} rows of {one.dataset}{error}"


def trade(board: Board, quality: Column, cost: Column, key: str) -> None:
    """Each variant as a point: its cost to the right, its quality upwards, two standard errors each way."""
    known = [e for e in board.entries if e.cells[quality.id].value is not None and e.cells[cost.id].value is not None]
    title = f"{quality.title} vs. {cost.title.lower()}"
    show(subtitle(title, "higher is better, further left is cheaper; bars show two standard errors"))
    if not known:
        show('<p class="pg-empty">No variant has both numbers.</p>')
        return
    figure = go.Figure([point(entry, quality, cost) for entry in known])
    figure.update_layout(xaxis={"title": head(cost)}, yaxis={"title": quality.title.lower(), "tickformat": ".2f"})
    figure.update_xaxes(rangemode="tozero")
    chart(figure, key, f"{quality.title} of {len(known)} variants by {cost.title.lower()}.", HEIGHT)


def point(entry: Entry, quality: Column, cost: Column) -> go.Scatter:
    """The point of one variant."""
    up, along = entry.cells[quality.id], entry.cells[cost.id]
    one = family(entry.row.family)
    assert up.value is not None
    assert along.value is not None
    said = f"{number(up.value, quality.unit)} {quality.title.lower()}, {number(along.value, cost.unit)}"
    return go.Scatter(
        x=[along.value],
        y=[up.value],
        name=entry.row.id,
        mode="markers+text",
        text=[one.mark],
        textposition="middle right",
        marker={"color": one.color, "size": 14},
        error_y={"array": [2 * up.error], "color": one.color, "thickness": 1.5},
        hovertemplate=f"{escape(said)}<extra>{escape(entry.row.id)}</extra>",
    )


def curves(found: Mapping[str, Sequence[Point]], catalog: Catalog, drawn: tuple[str, str], axis: str, key: str) -> None:
    """A field of each variant's points as a line each, where each ended as a table. `drawn`: title and field."""
    title, field = drawn
    along, unit, one = AXES[axis]
    figure, rows = go.Figure(), []
    for n, (id, points) in enumerate(found.items()):
        known = [point for point in points if field in point]
        if known:
            x, y = [point[along] / one for point in known], [point[field] for point in known]
            figure.add_trace(line(x, y, id, family(catalog[id].family).color, DASHES[n % len(DASHES)], unit))
            rows.append(ending(catalog[id], known[-1], field))
    figure.update_layout(xaxis={"title": unit}, yaxis={"title": title})
    show(subtitle(title, f"over {axis.lower()}; {remark(found, field)}"))
    chart(figure, key, f"{title} of {len(rows)} variants over {axis.lower()}.", HEIGHT)
    headers = ["Variant", "At the end", "Text read", "Time"]
    show(table(headers, rows, f"Where each variant ended: {title}", numeric=range(1, 4)))


def remark(found: Mapping[str, Sequence[Point]], field: str) -> str:
    """What to know of a field; the losses of heads, whose points have nothing else, can be compared."""
    if field != "loss":
        return REMARKS.get(field, HELD_OUT)
    scored = any("masked_accuracy" in point for points in found.values() for point in points)
    return OWN_LESSONS if scored else ONE_LESSON


def ending(row: Checkpoint, last: Point, field: str) -> list[str]:
    """The last point of a curve."""
    minutes = number(last["seconds"] / 60, "minutes")
    return [f"{badge(row.family)} {escape(row.id)}", f"{last[field]:.3f}", number(last["tokens"], "tokens"), minutes]


def line(x: Sequence[float], y: Sequence[float], name: str, color: str, dash: str, unit: str) -> go.Scatter:
    """The line of one variant."""
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        mode="lines",
        line={"color": color, "width": 2, "dash": dash},
        hovertemplate=f"%{{x:,.1f}} {unit}: %{{y:.3f}}<extra>{escape(name)}</extra>",
    )


def claim(found: Finding) -> None:
    """The question, what the paper says, what came out here measure by measure, and the verdict."""
    one, marks = found.claim, f"{badge(found.own.row.family)} {badge(found.other.row.family)}"
    paper = (
        f'<a href="{escape(one.paper)}" target="_blank" rel="noopener">{escape(one.paper.removeprefix("https://"))}</a>'
    )
    verdict = verdict_html(found.verdict)
    show(
        f'<div class="pg-claim"><div class="pg-claim-head">{marks}<b>{escape(one.question)}</b>{verdict}</div>'
        f"<p><b>The paper.</b> {escape(one.says)} {paper}</p>"
        f"<p><b>Here.</b> {escape(in_numbers(found))} {escape(beside(found))}</p></div>"
    )
    if found.measures:
        kept = one.keeps is not None
        headers = ["Measure", spoken(found.own.row.id), spoken(found.other.row.id), "Kept" if kept else "Difference"]
        rows = [measure_row(measure, kept=kept) for measure in found.measures]
        badges = {spoken(row.id): f"{badge(row.family)} " for row in (found.own.row, found.other.row)}
        show(table(headers, rows, f"{one.question} Measure by measure", range(1, 4), badges=badges))


def measure_row(measure: SharedMeasure, *, kept: bool) -> list[str]:
    """One measure of both variants, and what lies between them, or is kept, with two standard errors."""
    value, error = measure.ratio if kept else measure.difference
    between = f"{100 * value:.1f}% ± {200 * error:.1f}" if kept else f"{value:+.3f} ± {2 * error:.3f}"
    return [escape(measure.column.title), f"{measure.own:.3f}", f"{measure.other:.3f}", between.replace("-", "−")]
