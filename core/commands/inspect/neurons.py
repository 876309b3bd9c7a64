"""`python -m core inspect neurons`: which neurons of a layer fire, and on which pieces."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from core.commands.inspect.answer import CheckpointOption, OutputOption, open_engine, read_lines, write
from core.inspect.geometry import default_texts
from core.inspect.neurons import NeuronFindings, find_neurons


def neurons(
    layer: Annotated[int, typer.Option(min=1, help="Layer, counted from 1.")],
    neuron: Annotated[int | None, typer.Option(min=0, help="One neuron, counted from 0; else the strongest.")] = None,
    top_k: Annotated[int, typer.Option(min=1, max=1000, help="Neurons, those with the largest activation.")] = 20,
    checkpoint: CheckpointOption = "",
    input: Annotated[
        Path | None, typer.Option(help="A file with one text per line; else more than 2,000 words of our own.")
    ] = None,
    output: OutputOption = None,
) -> None:
    """The neurons in the feed-forward part of a layer that fire most, and the tokens on which each does."""
    texts = read_lines(input) if input else [one.text for one in default_texts()]
    engine, id = open_engine("hidden-states", checkpoint)
    found = find_neurons(engine, id, layer, texts)
    write(answer(found, found.strongest(top_k) if neuron is None else [neuron]), output)


def answer(found: NeuronFindings, numbers: list[int]) -> dict[str, Any]:
    """{"layer", "width", "texts", "tokens", "cut", "neurons": [{"neuron", "largest", "mean", "fires", "pieces":
    [{"text", "activation"}], "places": [{"text", "start", "end", "label", "activation"}]}]}"""
    return {
        "layer": found.layer,
        "width": found.width,
        "texts": len(found.texts),
        "tokens": len(found.tokens),
        "cut": found.cut,
        "neurons": [
            {
                "neuron": one.number,
                "largest": one.largest,
                "mean": one.mean,
                "fires": one.fires,
                "pieces": [{"text": text, "activation": value} for text, value in one.pieces],
                "places": [asdict(place) for place in one.places],
            }
            for one in map(found.neuron, numbers)
        ],
    }
