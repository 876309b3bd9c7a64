"""What the tests of the command line share: commands run in this process."""

import io
import sys
from pathlib import Path

import pytest

from core.commands.app import main
from core.runtime.local import LocalEngine
from tests.core.commands.calling import Command, Outcome


@pytest.fixture
def command(tiny_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `python -m core …` in this process on the tiny checkpoints: command(*arguments, stdin=b"")."""
    for module in ("run", "checkpoints", "inspect.answer"):
        monkeypatch.setattr(f"core.commands.{module}.LocalEngine", lambda: tiny_engine)

    def call(*arguments: str | Path, stdin: bytes = b"") -> Outcome:
        out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")  # as in a shell whose locale is C
        err = io.StringIO()
        monkeypatch.setattr(sys, "argv", ["core", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as caught:
            main()
        out.flush()
        assert isinstance(out.buffer, io.BytesIO)
        text = out.buffer.getvalue().decode("utf-8")
        return Outcome(int(caught.value.code or 0), text.split("\n")[:-1], err.getvalue())

    return call
