"""Commands are imported when they are called, and their help is there before."""

import subprocess
import sys

import pytest

from core.commands import inspect
from core.commands.app import COMMANDS
from core.commands.on_demand import found, what_it_does
from core.paths import ROOT
from tests.core.commands.calling import Command

PLACES = {name: f"core.commands.{place}" for name, place in COMMANDS.items()} | {
    name: f"core.commands.inspect.{file}:{name}" for name, file in inspect.SUBJECTS.items()
}


@pytest.mark.parametrize("name", PLACES)
def test_a_command_says_what_it_does_before_it_is_imported(name: str) -> None:
    assert found(PLACES[name], name).help == what_it_does(PLACES[name])


def test_a_place_without_a_command_is_found_out() -> None:
    with pytest.raises(LookupError):
        what_it_does("core.commands.run:walk")


def test_help_imports_no_torch() -> None:
    code = (
        "import sys; from core.commands.app import app; app(['inspect', '--help'], standalone_mode=False); "
        "assert not {'torch', 'transformers', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert "counterfactuals" in done.stdout


def test_a_mistyped_command_is_one_sentence(command: Command) -> None:
    told = command("inspekt")
    assert told.code == 2
    assert (
        told.errors == "No such command 'inspekt'. Did you mean 'inspect'? `python -m core --help` lists the options.\n"
    )
