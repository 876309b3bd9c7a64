"""The answers that are kept for the sentence that Home opens with."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from core import first_answers
from core.checkpoints.catalog import load_catalog
from core.first_answers import FILE, KEPT, read, write
from core.first_look import first_look, opening
from core.runtime.local import LocalEngine

AGAIN = (
    "New weights, a new sentence or new code: `python -m recipes first-answers` makes assets/first_answers.json again."
)


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every number and text of nested answers, by its path."""
    if isinstance(value, dict | list | tuple):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from flat(one, f"{name}.{key}")
    else:
        yield name, value


def test_what_is_kept_is_what_the_engine_answers(float32_engine: LocalEngine) -> None:
    kept = read(load_catalog())
    assert kept is not None, AGAIN
    now = dict(flat(asdict(first_look(float32_engine, float32_engine.catalog, opening().sentence))))
    before = dict(flat(asdict(kept)))
    assert now.keys() == before.keys(), AGAIN
    for name, value in now.items():
        assert before[name] == (pytest.approx(value, abs=2e-3) if isinstance(value, float) else value), (
            f"{name} {AGAIN}"
        )


def test_answers_of_other_weights_are_not_shown(tmp_path: Path) -> None:
    kept = KEPT.validate_json(FILE.read_bytes())
    file = tmp_path / "answers.json"
    file.write_bytes(KEPT.dump_json(replace(kept, weights="0" * 64)))
    assert read(load_catalog(), file) is None
    file.write_bytes(KEPT.dump_json(kept))
    assert read(load_catalog(), file) == kept.look


@pytest.mark.parametrize("change", [{"sentence": "Another."}, {"head": 3}, {"neighbours": ("One.",)}])
def test_answers_to_something_else_are_not_shown(tmp_path: Path, change: dict[str, Any]) -> None:
    kept = KEPT.validate_json(FILE.read_bytes())
    file = tmp_path / "answers.json"
    file.write_bytes(KEPT.dump_json(replace(kept, opening=replace(kept.opening, **change))))
    assert read(load_catalog(), file) is None


@pytest.mark.parametrize("text", ["", "{}", "[1, 2]", '{"opening": 3}', "\ud800".encode("utf-8", "surrogatepass")])
def test_a_damaged_file_counts_as_none(tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "answers.json"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    assert read(load_catalog(), file) is None
    assert read(load_catalog(), tmp_path / "missing.json") is None


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    kept = read(load_catalog())
    assert kept is not None, AGAIN
    file = tmp_path / "answers.json"
    write(kept, load_catalog(), file)
    assert read(load_catalog(), file) == kept


def test_the_answers_are_read_without_torch() -> None:
    code = "import sys; from core.first_answers import first_answers as f; assert f(); print('torch' in sys.modules)"
    root = Path(first_answers.__file__).parent.parent
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
