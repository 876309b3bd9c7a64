"""Commands that are imported when they are called: all together they import torch, scikit-learn and every training."""

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

PLACE = "place"  # attribute of what stands for a command: “module:name” of the command itself


class OnDemand(TyperGroup):
    """A group of commands that `add` has added."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Imports the command of that name, and lets Typer find it."""
        place = getattr(getattr(self.commands.get(args[0]), "callback", None), PLACE, "")
        if place:
            self.commands[args[0]] = found(place, args[0])
        return super().resolve_command(ctx, args)


def add(app: typer.Typer, place: str, name: str) -> None:
    """Adds the command at “module:name”; its help is in the source, which is only read."""

    def stand_in() -> None:
        raise NotImplementedError

    setattr(stand_in, PLACE, place)
    app.command(name, help=what_it_does(place))(stand_in)


def found(place: str, name: str) -> Any:
    """The command itself, as Typer makes it."""
    module, _, function = place.partition(":")
    alone = typer.Typer(add_completion=False)
    alone.command(name)(getattr(import_module(module), function))
    return typer.main.get_command(alone)


def what_it_does(place: str) -> str:
    """The docstring of the function at “module:name”; raises `LookupError` where there is none."""
    module, _, name = place.partition(":")
    spec = find_spec(module)
    if spec and spec.origin:
        for node in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name == name and (said := ast.get_docstring(node)):
                return said
    raise LookupError(place)
