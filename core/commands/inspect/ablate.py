"""`python -m core inspect ablate`: an answer with parts of the network switched off."""

from typing import Annotated, Any

import typer

from core.commands.inspect.answer import CheckpointOption, OutputOption, open_engine, write
from core.commands.inspect.attribute import PairOption, QuestionOption, TargetOption, TaskOption, TextOption, check_task
from core.commands.inspect.input_rows import (
    InputOption,
    LabelColumnOption,
    TextColumnOption,
    check_source,
    read_rows,
)
from core.errors import InputError
from core.inspect.ablation import read_heads, read_layers
from core.inspect.choosing import choose
from core.inspect.explained_rows import ExplainedRow
from core.inspect.pruning import Pruning, part_table
from core.inspect.pruning_run import TASK, PruningRun
from core.jobs import State
from core.tasks.ablation.schema import AblationRequest, AblationResult, NetworkPart

LayersOption = Annotated[str, typer.Option(help="Layers that are left out, counted from 1, such as 2,5.")]


def ablate(
    task: TaskOption,
    text: TextOption = "",
    heads: Annotated[str, typer.Option(help="Heads to silence, layer.head, counted from 1, such as 3.4,5.1.")] = "",
    layers: LayersOption = "",
    feed_forwards: Annotated[str, typer.Option(help="Layers whose feed-forward part is off.")] = "",
    each: Annotated[
        str, typer.Option(help="Also every single part of a kind alone: heads, layers or feed-forwards.")
    ] = "",
    question: QuestionOption = "",
    text_pair: PairOption = "",
    target: TargetOption = "",
    input: InputOption = None,
    text_column: TextColumnOption = "",
    label_column: LabelColumnOption = "label",
    checkpoint: CheckpointOption = "",
    output: OutputOption = None,
) -> None:
    """The probability of an answer before and after, and by how much it falls without each single part.

    Of a labelled file, what every head and layer does for the accuracy, and how far they can be pruned.
    """
    check_task(task)
    check_source(text, input)
    if input:
        if heads or layers or feed_forwards or each:
            message = "--heads, --layers, --feed-forwards and --each are for one text."
            raise InputError(message, "Of a file, each head and each layer is switched off by itself.")
        if task != TASK:
            raise InputError(f"Files are judged for {TASK} alone.", "Give one --text instead.")
        write(file_answer(pruned(read_rows(task, input, text_column, label_column), checkpoint)), output)
        return
    off = AblationRequest(
        text, heads=read_heads(heads), layers=read_layers(layers), feed_forwards=read_layers(feed_forwards)
    )
    engine, id = open_engine(task, checkpoint)
    subject = choose(engine, id, task, text, question or text_pair, target)
    kind: Any = each or None  # one that does not exist is refused by the task
    request = AblationRequest(*subject.pair, subject.target, off.heads, off.layers, off.feed_forwards, kind)
    (result,) = engine.run("ablation", id, [request])
    assert isinstance(result, AblationResult)
    write(answer(result, subject.name), output, result.provenance.unread)


def pruned(rows: tuple[ExplainedRow, ...], checkpoint: str) -> Pruning:
    """What the parts of a checkpoint do for the labels of the rows."""
    engine, id = open_engine(TASK, checkpoint)
    work = PruningRun((id,), rows)
    work.run(engine, None, state := State(work.total))
    found: Pruning = state.result[0]
    return found


def file_answer(found: Pruning) -> dict[str, Any]:
    """{"checkpoint", "rows", "bad", "first_bad", "score", "error", "majority", "heads": [{"layer", "head", "change",
    "error", "fall"}], "layers", "pruned_heads": {"unnoticed", "steps": [{"off", "share", "score", "error"}]},
    "pruned_layers"}: `change` is the accuracy without the part minus the accuracy, `fall` the mean fall of the
    probability of the label; the most important part comes first."""
    counts = {name: getattr(found, name) for name in ("bad", "first_bad", "score", "error", "majority")}
    return {"checkpoint": found.checkpoint, "rows": len(found.rows), **counts} | part_table(found)


def answer(result: AblationResult, target: str) -> dict[str, Any]:
    """{"target", "before", "after", "importance": [{"layer", "head", "fall", "logit_fall"}]}, largest first."""
    kind: NetworkPart | None = result.each
    found = [
        {"layer": layer, **({"head": head} if kind == "heads" else {}), "fall": float(fall), "logit_fall": float(logit)}
        for layer, pairs in enumerate(zip(result.importance, result.logit_importance, strict=True), 1)
        for head, (fall, logit) in enumerate(zip(*pairs, strict=True), 1)
    ]
    return {
        "target": target,
        "before": result.before,
        "after": result.after,
        "logit_before": result.logit_before,
        "logit_after": result.logit_after,
        "importance": sorted(found, key=lambda one: -float(one["fall"])),
    }
