"""`python -m benchmarks`: every comparison in one run, ratios first."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import classroom, cost, explanations, inside, long_attention, search, several, throughput, training
from benchmarks.classroom import Finding
from benchmarks.timing import Comparison
from core.runtime.local import LocalEngine
from core.settings import exit_on_nonsense

app = typer.Typer(add_completion=False)
console = Console()
LessonLength = Annotated[float, typer.Option(help="Seconds that each lesson of the class lasts.")]


def show(comparison: Comparison) -> None:
    """Prints one comparison: the ratio to the best peer, then each peer's median."""
    verdict = "reached" if comparison.ratio >= comparison.floor else "missed"
    title = f"{comparison.name}: {comparison.ratio:.1f}× the best peer (floor {comparison.floor:g}×, {verdict})"
    table = Table(title=title)
    for heading in ("peer", "median s", f"{comparison.unit}/s"):
        table.add_column(heading, justify="left" if heading == "peer" else "right")
    for peer, seconds in comparison.seconds.items():
        table.add_row(peer, f"{seconds:.3f}", f"{comparison.rows / seconds:,.0f}")
    table.caption = f"{comparison.rows:,} {comparison.unit}; {comparison.agreement}"
    console.print(table)


def show_findings(title: str, findings: Sequence[Finding]) -> None:
    """Prints what was measured, with the floors."""
    table = Table("", "found", "floor", "", title=title)
    for one in findings:
        table.add_row(one.name, one.found, one.floor, "reached" if one.reached else "missed")
    console.print(table)


@app.command()
def beside_naive(seconds: LessonLength = 30) -> None:
    """Only the server: one visitor and a class, compared with a Streamlit page around the transformers pipeline."""
    show_findings("The server vs. one page around the pipeline", asyncio.run(classroom.compare(seconds)))


@app.command("inside")
def look_inside(rounds: Annotated[int, typer.Option(help="Measured rounds; medians are shown.")] = 30) -> None:
    """Only what looks inside a checkpoint."""
    with exit_on_nonsense():
        engine = LocalEngine()
    engine.load(inside.ENCODER)
    show_findings("Looking inside", look_inside_with(engine, rounds))


def look_inside_with(engine: LocalEngine, rounds: int) -> list[Finding]:
    """All of it."""
    short = [inside.attention(engine, rounds=rounds), inside.lens(rounds=rounds)]
    return [*short, inside.head_finder(engine), inside.probing(engine), *long_attention.compare(engine)]


@app.command("training")
def train(threads: Annotated[int, typer.Option(help="Processor threads; a training has one.")] = 1) -> None:
    """Only fine-tuning, beside transformers' Trainer."""
    show_findings("Fine-tuning", training.measure(threads))


@app.command("classroom")
def hold_class(
    visitors: Annotated[int, typer.Option(help="Visitors at a time.")] = 50,
    think: Annotated[float, typer.Option(help="Seconds that each visitor looks at an answer.")] = 10,
    seconds: Annotated[float, typer.Option(help="Seconds that the lesson lasts.")] = 600,
) -> None:
    """Only a long lesson on all pages: waiting, errors, memory, and whether anyone sees another visitor's texts."""
    lesson, findings = asyncio.run(classroom.soak(visitors, think, seconds))
    title = f"{visitors} visitors who think for {think:g} s, over {seconds:g} s: {len(lesson.answers):,} answers"
    show_findings(title, findings)
    tenth = max(1, len(lesson.memory) // 10)
    console.print(f"MB of memory over time: {[size // 1_000_000 for size in lesson.memory[::tenth]]}")
    for line in [*lesson.errors[:5], *lesson.strangers[:5]]:
        console.print(line[:300])


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    rows: Annotated[int, typer.Option(help="Sentences in each comparison.")] = 512,
    rounds: Annotated[int, typer.Option(help="Measured rounds; medians are shown.")] = 3,
    seconds: LessonLength = 30,
) -> None:
    """Compares the engine and the server with their peers on this machine: same weights, same sentences."""
    if context.invoked_subcommand:
        return
    beside_naive(seconds)
    with exit_on_nonsense():
        engine = LocalEngine()
    status = engine.status()
    console.print(f"device {status.device}, engine in {status.dtype}, peers in float32")
    # first of all: the threads of a peer stay awake for a while and would be in the way
    overhead = cost.measure_overhead(engine, rounds=rounds * 30)
    console.print(
        f"one request: {overhead.request_ms:.2f} ms, bare forward pass {overhead.forward_ms:.2f} ms, "
        f"added {overhead.added_ms:.2f} ms (floor: at most 3 ms)"
    )
    for benchmark in (throughput.embeddings, throughput.fill_mask, throughput.token_classification):
        show(benchmark(engine, rows=rows, rounds=rounds))
    show(search.search(vectors=100_000, rounds=rounds * 10))
    show(search.duplicates(vectors=20_000, rounds=rounds))
    show_findings("Looking inside", look_inside_with(engine, rounds * 10))
    for name, gain in several.measure_several(rounds=rounds).items():
        console.print(f"{name}: asked at the same time {gain:.2f}× as fast as one after the other")
    show(explanations.integrated_gradients(rounds=rounds * 3))
    ablations = explanations.single_heads(rounds=rounds * 3)
    console.print(
        f"{ablations.heads} heads switched off one at a time cost {ablations.ratio:.1f} bare eager passes "
        "(floor: at most 25)"
    )
    memory = cost.measure_memory()
    console.print(
        f"memory: encoder {memory.encoder / 1e6:.1f} MB, {memory.number} adapters {memory.adapters / 1e6:.1f} MB, "
        f"{memory.ratio:.2f}× (floor: at most 3×)"
    )
