"""What tests of snippets share: texts that are hard to copy, running what was copied, comparing what it prints."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import torch

ROOT = Path(__file__).parents[2]
NASTY = (
    "Zoe\u0301 O'Neil said: \"100 % of $text, ${gap}, {} and {0}\" —\n\tin C:\\new\\u0041 🤖, '''triple''' "
    '""" quotes, [SEP] 서울 co\u00adoperates\u200b with İstanbul\u2028and Jürgen Klopp’s Liverpool in Kraków.'
)
NEWS = (
    "Angela Merkel met Tim Cook at Apple's headquarters in Cupertino. Later the chancellor flew to São Paulo, where "
    "Gisele Bündchen and the Organisation for Economic Co-operation and Development were waiting. "
)
ACCENTS = (
    "Zoe\u0301 Saldan\u0303a met Rene\u0301e Zellweger and Beyonce\u0301 Knowles near Cor\u00addoba and Malmo\u0308."
)
LONG = "".join(f"In {1800 + n} it rained. {NEWS if n % 3 == 0 else ''}" for n in range(50))


def run(code: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the code prints when run in the folder of the repository."""
    monkeypatch.chdir(ROOT)
    printed = io.StringIO()
    with redirect_stdout(printed), torch.enable_grad():  # gives back the setting that the code changes
        exec(code, {"__name__": "__main__"})
    return json.loads(printed.getvalue())


def assert_same(got: Any, wanted: Any, where: str = "result") -> None:
    """The same keys, texts and spans; numbers within 1e-4."""
    if isinstance(wanted, dict):
        assert list(got) == list(wanted), where
        for key in wanted:
            assert_same(got[key], wanted[key], f"{where}.{key}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), where
        for n, (one, other) in enumerate(zip(got, wanted, strict=True)):
            assert_same(one, other, f"{where}[{n}]")
    elif isinstance(wanted, float):
        assert got == pytest.approx(wanted, abs=1e-4), where
    else:
        assert got == wanted, where
