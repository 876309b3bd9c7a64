"""`python -m core`: its commands, and how their errors are told."""

import sys
from typing import Any

import typer

from core.commands import inspect
from core.commands.checkpoints import checkpoints
from core.commands.compress import compress_command
from core.commands.distil import distil_command
from core.commands.pretrain import pretrain
from core.commands.run import run
from core.commands.train import train
from core.errors import FULL_DISK, PlaygroundError, explain

NAME = "python -m core"

app = typer.Typer(add_completion=False, help="The playground's engine without the browser.")
app.command()(run)
app.command()(checkpoints)
app.command()(train)
app.command()(pretrain)
app.command("compress")(compress_command)
app.command("distil")(distil_command)
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
    return f"{error.format_message().rstrip('.')}. `{place.command_path if place else NAME} --help` lists the options."
