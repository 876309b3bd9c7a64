"""`python -m core inspect attention`: one table of weights, of a head or of many."""

from enum import StrEnum
from typing import Annotated

import typer

from core.commands.inspect.answer import CheckpointOption, OutputOption, open_engine, write
from core.errors import InputError
from core.inspect import rollout as through
from core.inspect.attention import HeadWeights, Mix, Specials, mix, table
from core.tasks.attention.schema import AttentionRequest, AttentionResult


class Over(StrEnum):
    """What is averaged."""

    HEADS = "heads"
    LAYERS = "layers"
    BOTH = "both"


def attention(
    text: Annotated[str, typer.Option(help="The text.")],
    text_pair: Annotated[str, typer.Option(help="A second text.")] = "",
    layer: Annotated[int | None, typer.Option(min=1, help="The layer, counted from 1.")] = None,
    head: Annotated[int | None, typer.Option(min=1, help="The head, counted from 1.")] = None,
    rollout: Annotated[bool, typer.Option("--rollout", help="Attention through all layers, multiplied.")] = False,
    flow: Annotated[bool, typer.Option("--flow", help="Attention through all layers, as a maximum flow.")] = False,
    mean: Annotated[
        Over | None,
        typer.Option(help="The mean over the heads of --layer, the layers of --head, or both; both by default."),
    ] = None,
    words: Annotated[bool, typer.Option("--words", help="Whole words instead of pieces.")] = False,
    specials: Annotated[Specials, typer.Option(help="What is done with [CLS], [SEP] and their like.")] = Specials.SHOW,
    checkpoint: CheckpointOption = "",
    output: OutputOption = None,
) -> None:
    """Attention weights: rows are the tokens that attend, columns those that are attended to."""
    check(layer, head, rollout=rollout, flow=flow, mean=mean)
    engine, id = open_engine("attention", checkpoint)
    (result,) = engine.run("attention", id, [AttentionRequest(text, text_pair, layer or 0, head or 0)])
    assert isinstance(result, AttentionResult)
    weights = one_of(result, rollout=rollout, flow=flow)
    shown = table(result, weights, (text, text_pair), words=words, specials=specials)
    answer = {"tokens": shown.labels, "weights": shown.weights.astype(float).round(6).tolist()}
    write(answer, output, result.provenance.unread)


def check(layer: int | None, head: int | None, *, rollout: bool, flow: bool, mean: Over | None) -> None:
    """InputError unless one thing is asked for."""
    ways = rollout + flow + (mean is not None)
    wanted = {Over.HEADS: (True, False), Over.LAYERS: (False, True)}.get(mean or Over.BOTH, (False, False))
    if ways == 0 and (layer or head):
        wanted = True, True
    if ways > 1:
        raise InputError("More than one of --rollout, --flow and --mean is given.", "Choose one of them.")
    if (bool(layer), bool(head)) != wanted:
        hint = (
            "--layer and --head choose one; --mean heads needs --layer, --mean layers needs --head, the others neither."
        )
        raise InputError("--layer and --head do not fit what is asked for.", hint)


def one_of(result: AttentionResult, *, rollout: bool, flow: bool) -> HeadWeights:
    """The heads that the engine gave as one."""
    if rollout or flow:
        return (through.flow if flow else through.rollout)(result.attentions)
    return mix(result.attentions, Mix.MEAN)
