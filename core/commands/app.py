"""`python -m core`: its commands, and how their errors are told."""

import sys
from typing import Any

import typer

from core.commands import inspect
from core.commands.on_demand import OnDemand, add
from core.errors import FULL_DISK, PlaygroundError, explain

NAME = "python -m core"

COMMANDS = {  # name of each command to its place
    "run": "run:run",
    "checkpoints": "checkpoints:checkpoints",
    "train": "train:train",
    "pretrain": "pretrain:pretrain",
    "compress": "compress:compress_command",
    "distil": "distil:distil_command",
}

app = typer.Typer(cls=OnDemand, add_completion=False, help="The playground's engine without the browser.")
for name, place in COMMANDS.items():
    add(app, f"core.commands.{place}", name)
app.add_typer(inspect.app, name="inspect")


def main() -> None:
    """Runs the command; an error is one sentence on standard error and exit code 2."""
    try:
        sys.exit(app(prog_name=NAME, standalone_mode=False))
    except typer.TyperException as e:  # an option that does not exist, or lacks its value
        print(miscalled(e), file=sys.stderr)
        sys.exit(2)
    except (PlaygroundError, OSError) as e:
        if isinstance(e, OSError) and e.errno not in FULL_DISK:
            raise
        print(explain(e), file=sys.stderr)
        sys.exit(2)


def miscalled(error: Any) -> str:
    """What is wrong with the call of a command, and how to see its options."""
    place = getattr(error, "ctx", None)
    said = error.format_message().rstrip(".")
    return (
        f"{said}{'' if said.endswith('?') else '.'} `{place.command_path if place else NAME} --help` lists the options."
    )
