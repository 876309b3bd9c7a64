"""`python -m core inspect cka`: how alike the layers of one or two checkpoints place the same words."""

from pathlib import Path
from typing import Annotated

import typer

from core.commands.inspect.answer import CheckpointOption, OutputOption, open_engine, read_lines, write
from core.inspect.geometry import default_texts, layer_cka, texts_of
from core.inspect.words import word_states


def cka(
    checkpoint: CheckpointOption = "",
    other: Annotated[
        str,
        typer.Option("--with", help="A second model ID; else the layers of one are compared with each other."),
    ] = "",
    input: Annotated[
        Path | None, typer.Option(help="A file with one text per line; else more than 2,000 words of our own.")
    ] = None,
    output: OutputOption = None,
) -> None:
    """Debiased linear CKA of every layer with every layer, with all dimensions and without the three largest."""
    sentences = texts_of(read_lines(input)) if input else default_texts()
    engine, id = open_engine("hidden-states", checkpoint)
    engine.catalog.require("hidden-states", other or id)
    first = word_states(engine, id, sentences)
    second = word_states(engine, other, sentences) if other else first
    write(
        {
            "checkpoints": [id, other or id],
            "cka": layer_cka(first, second).tolist(),
            "without": layer_cka(first, second, without=True).tolist(),
            "words": len(first.words),
        },
        output,
    )
