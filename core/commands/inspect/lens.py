"""`python -m core inspect lens`: what the trained head reads from every layer."""

from typing import Annotated, Any

import typer

from core.commands.inspect.answer import CheckpointOption, OutputOption, open_engine, write
from core.errors import InputError
from core.tasks.logit_lens.schema import LogitLensRequest, LogitLensResult, format_gap
from core.text.phrases import quoted
from core.text.spans import PLACEHOLDER


def lens(
    text: Annotated[str, typer.Option(help="A text with ___ where words are hidden.")],
    checkpoint: CheckpointOption = "",
    word: Annotated[
        list[str] | None,
        typer.Option(help="A word to follow, again for each further one; else the word that comes first in the end."),
    ] = None,
    top_k: Annotated[int, typer.Option(help="Words for each gap on each layer.")] = 5,
    output: OutputOption = None,
) -> None:
    """The best words for each gap on every layer, layer 0 the embeddings, with rank and probability of a word."""
    if text.strip() and not PLACEHOLDER.search(text):  # an empty one is told by the engine
        raise InputError("The text has no gap.", "Type ___ where the model should guess a word.")
    engine, id = open_engine("logit-lens", checkpoint)
    (result,) = engine.run("logit-lens", id, [LogitLensRequest(text, tuple(word or ()), top_k)])
    assert isinstance(result, LogitLensResult)
    for followed in (one for gap in result.gaps for one in gap.followed if not one.ranks):
        raise InputError(f"{quoted(followed.text)} is not a single token of {id}.", "Follow another word.")
    write(answer(result), output, result.provenance.unread)


def answer(result: LogitLensResult) -> dict[str, Any]:
    """{"layers": [{"layer", "masks": [{"fills": [{"text", "score"}], "rank", "probability"}]}]}"""
    layers = [
        {"layer": layer, "masks": [format_gap(gap, layer) for gap in result.gaps]} for layer in range(result.depth + 1)
    ]
    return {"layers": layers}
