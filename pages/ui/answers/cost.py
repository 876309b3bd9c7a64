"""What a result cost: the heading of a checkpoint's column and the strip under its answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.checkpoints.cards import DevScore
from core.checkpoints.catalog import Checkpoint
from core.engine import CheckpointStatus
from core.files.run import Lap
from core.provenance import Result, Unread, total_cost
from core.text.phrases import quoted, shorten
from pages.ui.app.families import badge, look
from pages.ui.figures import markup
from pages.ui.figures.markup import escape, show, subtitle

PHASES = (("queue", "queue_ms"), ("tokenise", "tokenize_ms"), ("forward", "forward_ms"), ("decode", "decode_ms"))
MOST_STRETCHES = 3  # of texts that were too long, each with its own sentence
MEASURED = "dev scores are from held-out data; see the model cards"


def heading(row: Checkpoint) -> None:
    """Family mark, name and id of the checkpoint that answers below, and what it warns of."""
    note = f'<p class="pg-note">{escape(row.note)}</p>' if row.note else ""
    name, id = (f'title="{escape(one)}">{escape(shorten(one))}' for one in (row.name, row.id))
    show(f'<div class="pg-model {look(row.family)}">{badge(row.family)}<b {name}</b><code {id}</code></div>{note}')


def strip(results: Sequence[Result], status: CheckpointStatus) -> None:
    """Milliseconds by phase, tokens, precision, memory; whether cached, whether a text was cut. Sums over `results`."""
    cost = total_cost([result.provenance for result in results])
    times = [(name, getattr(cost.timing, field)) for name, field in PHASES]
    total = cost.timing.total_ms or 1.0
    split = "".join(
        f'<i class="pg-{name}" style="width:{100 * ms / total:.1f}%" title="{name}"></i>' for name, ms in times
    )
    phases = "".join(f'<li class="pg-{name}"><b>{milliseconds(ms)}</b> {name}</li>' for name, ms in times)
    facts = [
        f"<b>{cost.tokens:,}</b> tokens",
        f"{escape(cost.dtype)} on {escape(cost.device)}",
        f"<b>{megabytes(status.loaded_bytes)}</b> memory",
        f"<b>{millions(status.parameters)}</b> parameters",
    ]
    if cost.cached:
        facts.append('<em title="These are the times of the first run.">from the cache</em>')
    facts += [f'<em class="warn">{escape(line)}</em>' for line in not_read(cost.unread)]
    rest = "".join(f"<li>{fact}</li>" for fact in facts)
    show(
        f'<div class="pg-cost" aria-label="Cost"><div class="pg-split" aria-hidden="true">{split}</div>'
        f'<ul><li class="pg-total"><b>{milliseconds(total)}</b> in all</li>{phases}</ul><ul>{rest}</ul></div>'
    )


def not_read(parts: Sequence[Unread]) -> list[str]:
    """What did not fit into the context, a sentence for each of the first stretches and one for the others."""
    lines = [
        f"{part.tokens:,} {'tokens' if part.tokens > 1 else 'token'}, beginning with {quoted(part.begins)}, "
        f"did not fit and {'were' if part.tokens > 1 else 'was'} not read"
        for part in parts[:MOST_STRETCHES]
    ]
    more = sum(part.tokens for part in parts[MOST_STRETCHES:])
    return [*lines, f"{more:,} more were not read in other places"] if more else lines


@dataclass(frozen=True)
class Cost:
    """What a checkpoint took for some results, and the dev scores that tell of the task."""

    row: Checkpoint
    results: Sequence[Result]
    status: CheckpointStatus
    scores: Sequence[DevScore]


def table(costs: Sequence[Cost]) -> None:
    """Quality and cost of several checkpoints, a row each."""
    rows = []
    for one in costs:
        cost = total_cost([result.provenance for result in one.results])
        spent = [milliseconds(cost.timing.total_ms), f"{cost.tokens:,}"]
        rows.append([*who(one.row, one.scores), *spent, *weight(one.status)])
    headers = ["Model", "Dev score", "Time", "Tokens", "Parameters", "Memory"]
    show(subtitle("Quality and cost", MEASURED))
    show(markup.table(headers, rows, "The cost and quality of each model", numeric=range(2, 6)))


@dataclass(frozen=True)
class Speed:
    """How fast a checkpoint went through a file, and the dev scores that tell of the task."""

    row: Checkpoint
    lap: Lap
    status: CheckpointStatus
    scores: Sequence[DevScore]


def speed_table(speeds: Sequence[Speed]) -> None:
    """Quality and speed of several checkpoints, a row each."""
    rows = [
        [*who(one.row, one.scores), f"{one.lap.rate:,.0f}", f"{one.lap.rows:,}", *weight(one.status)] for one in speeds
    ]
    headers = ["Model", "Dev score", "Rows per second", "Rows", "Parameters", "Memory"]
    show(subtitle("Quality and speed", f"{MEASURED}; not counting loading time"))
    show(markup.table(headers, rows, "The speed and quality of each model", numeric=range(2, 6)))


def who(row: Checkpoint, scores: Sequence[DevScore]) -> list[str]:
    """The first cells: the checkpoint and its dev scores."""
    return [f'<div class="pg-who">{badge(row.family)} {escape(row.id)}</div>', dev_scores(scores)]


def dev_scores(scores: Sequence[DevScore]) -> str:
    """The first score, the others below it in small."""
    if not scores:
        return "<small>not measured for this task</small>"
    first, others = scores[0], scores[1:]
    lines = [f"<b>{first.value:.3f}</b> {escape(first.measure)}, {escape(first.dataset)}"]
    lines += [f"<small>{one.value:.3f} {escape(one.measure)}, {escape(one.dataset)}</small>" for one in others]
    return f'<div class="pg-dev">{"<br>".join(lines)}</div>'


def weight(status: CheckpointStatus) -> list[str]:
    """The last cells: parameters and memory."""
    return [millions(status.parameters), megabytes(status.loaded_bytes)]


def milliseconds(ms: float) -> str:
    """Milliseconds with a sensible number of digits and their unit."""
    return f"{ms:.1f} ms" if ms < 100 else f"{ms:,.0f} ms"


def megabytes(size: int) -> str:
    """Bytes as megabytes (10⁶)."""
    return f"{size / 1e6:,.1f} MB"


def millions(count: int) -> str:
    """A count in millions."""
    return f"{count / 1e6:,.1f} M"
