"""`python -m core inspect claims`: what papers say, and what comes out for a checkpoint here."""

from pathlib import Path
from typing import Annotated

import typer

from core.commands.inspect.answer import OutputOption, open_engine, read_input, write
from core.errors import InputError, TaskNotSupportedError
from core.inspect.claims.claim import claim_rows
from core.inspect.claims.experiments import EXPERIMENTS, ClaimsRun, tasks_of
from core.inspect.conllu import MOST_BYTES, read_conllu
from core.jobs import State


def claims(
    about: Annotated[str, typer.Argument(help=f"Which claims: {', '.join(EXPERIMENTS)}.")],
    checkpoint: Annotated[
        list[str] | None,
        typer.Option(help="A model ID, again for each further one; by default the first for each kind of claim."),
    ] = None,
    input: Annotated[
        Path | None, typer.Option(help="A CoNLL-U file for the probes of layers; else our own sentences.")
    ] = None,
    output: OutputOption = None,
) -> None:
    """The claims of some papers with what came out, its standard error and a verdict."""
    tasks = tasks_of(about)
    if input and about != "layers":
        raise InputError("Only the claims about layers read a file.", "Leave --input out.")
    given = read_conllu(read_input(input, MOST_BYTES + 1)) if input else ()
    engine, _ = open_engine(tasks[0], "")
    able = {task: [row.id for row in engine.catalog.supporting(task)] for task in tasks}
    chosen = checkpoint or list(dict.fromkeys(able[task][0] for task in tasks))
    for row in map(engine.catalog.__getitem__, chosen):
        if not set(tasks) & set(row.tasks):
            raise TaskNotSupportedError(f"{row.id} can do none of: {', '.join(tasks)}.", "Choose another model.")
    work = ClaimsRun(about, tuple((task, id) for task in tasks for id in chosen if id in able[task]), given)
    state = State(work.total)
    work.run(engine, None, state)
    write({"claims": claim_rows(state.result)}, output)
