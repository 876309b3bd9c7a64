"""`python -m core inspect heads`: what every attention head does."""

from pathlib import Path
from typing import Annotated

import typer

from core.commands.inspect.answer import CheckpointOption, OutputOption, open_engine, read_input, write
from core.inspect.conllu import MOST_BYTES, read_conllu
from core.inspect.grammar import SENTENCES, sentences
from core.inspect.heads import as_json, find_heads


def heads(
    input: Annotated[
        Path | None, typer.Option(help="A CoNLL-U file with Universal Dependencies; else sentences of the grammar.")
    ] = None,
    count: Annotated[int, typer.Option(min=20, max=2000, help="Sentences of the grammar.")] = SENTENCES,
    seed: Annotated[int, typer.Option(help="Chooses other sentences of the grammar.")] = 0,
    top_k: Annotated[int, typer.Option(min=1, max=1000, help="Heads for each relation and direction.")] = 1,
    checkpoint: CheckpointOption = "",
    output: OutputOption = None,
) -> None:
    """The best heads for each syntactic relation, beside the best fixed offset, and where the weight of every head
    goes."""
    given = read_conllu(read_input(input, MOST_BYTES + 1)) if input else sentences(count, seed)
    engine, id = open_engine("attention", checkpoint)
    found = find_heads(engine, id, given)
    write(as_json(found, top_k) | {"sentences": found.sentences, "cut": found.cut}, output)
