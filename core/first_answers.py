"""The answers to the sentence that Home opens with, kept in a file so that they need no engine."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from core.checkpoints.catalog import Catalog, load_catalog
from core.checkpoints.weights import fingerprint
from core.errors import ModelLoadError
from core.first_look import FirstLook, Opening, opening
from core.paths import ROOT

FILE = ROOT / "assets" / "first_answers.json"
DIGITS = 4  # of each number in the file


@dataclass(frozen=True)
class FirstAnswers:
    """What was read, how, and by which weights."""

    opening: Opening
    weights: str
    look: FirstLook


KEPT = TypeAdapter(FirstAnswers)


def write(look: FirstLook, catalog: Catalog, file: Path = FILE) -> None:
    """Writes the answers to the opening sentence with the fingerprint of the weights that gave them."""
    kept = FirstAnswers(opening(), fingerprint(catalog, look.checkpoints), look)
    text = json.dumps(rounded(KEPT.dump_python(kept, mode="json")), ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def rounded(value: Any) -> Any:
    """The same with fewer digits."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return {key: rounded(one) for key, one in value.items()} if isinstance(value, dict) else value


def read(catalog: Catalog, file: Path = FILE) -> FirstLook | None:
    """The answers kept for the opening, or None if other weights, or none, would give them now."""
    try:
        kept = KEPT.validate_json(file.read_bytes())
        known = {row.id for row in catalog}
        if kept.opening != opening() or not known.issuperset(kept.look.checkpoints):
            return None
        return kept.look if kept.weights == fingerprint(catalog, kept.look.checkpoints) else None
    except (OSError, ValueError, ModelLoadError):
        return None


@cache
def first_answers() -> FirstLook | None:
    """Those of the bundled weights, which are read once: 0.2 seconds."""
    return read(load_catalog().of(""))
