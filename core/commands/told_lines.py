"""What long work tells of itself, on standard output: a bar on a terminal, else one JSON object a line."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from io import TextIOWrapper
from typing import Any, cast

from tqdm import tqdm

UNFINISHED = "unfinished"  # a folder beside the checkpoint, from which the same command goes on
EVERY_S = 0.5  # a line on the loss of a training


def show_lines(lines: Iterable[Any], steps: int, score: str) -> None:
    """Prints each line as it comes, a dataclass, values or a warning; `score` is the measure that the bar shows."""
    out = cast(TextIOWrapper, sys.stdout)
    out.reconfigure(encoding="utf-8", errors="backslashreplace")
    told = map(as_json, lines)
    if not out.isatty():
        for line in told:
            print(json.dumps(line, ensure_ascii=False), file=out, flush=True)
        return
    with tqdm(total=steps, unit="step", file=sys.stderr) as bar:
        for line in told:
            if "step" not in line:
                if "steps" in line:
                    bar.reset(line["steps"])
                bar.write(json.dumps(line, ensure_ascii=False), file=out)
                continue
            if line["step"] < bar.n:  # another training begins
                bar.reset(line.get("steps", bar.total))
            bar.update(line["step"] - bar.n)
            bar.set_postfix({name: line[name] for name in ("loss", score) if line.get(name) is not None})


def as_json(line: Any) -> dict[str, Any]:
    """A line as it is printed; a text is a warning."""
    if isinstance(line, str):
        return {"warning": line}
    if isinstance(line, dict):
        return line
    return {name: value for name, value in asdict(line).items() if value not in (None, (), {})}
