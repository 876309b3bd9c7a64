"""A forward pass to be played step by step: a component of ours, its script in assets/steps.js."""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import partial
from string import Template
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.paths import ASSETS
from core.tasks.forward_pass.schema import ForwardPassResult, PassStep
from pages.ui.app.keys import safe_key
from pages.ui.figures.component import address_of, component
from pages.ui.figures.figure import record
from pages.ui.figures.markup import escape, show
from pages.ui.figures.steps_words import check, family_note, steps_in_words

PARTS = ("input", "layer", "head", "end")  # what a choice of another layer or head changes apart from the rest
END = ("last", "decoder", "features")  # steps behind the layers
SQUARE = ("scores", "to-position", "from-position", "scaled", "weights")
SHORT = {"attention-output": "change", "attention-norm": "x", "output": "written", "output-norm": "out"}
NEURONS, OF_EACH = 96, 4  # neurons that are shown at least, and of each token its strongest
NOT_KNOWN: Mapping[int, str] = {}
KIND = "application/octet-stream"
AT = "steps_at_"
_mount = component("steps", "steps")
STANDALONE = Template("""\
<style>
$style
.pg-player { --st-primary-color: var(--accent); --st-border-color: var(--line); }
</style>
<div class="pg-player"><div class="steps"></div></div>
<script type="module">
$script
mount({ parentElement: document.querySelector(".pg-player"), data: $data });
</script>
""")


def steps(result: ForwardPassResult, key: str, elsewhere: Mapping[int, str] = NOT_KNOWN) -> None:
    """The steps of one layer and head, to be played. The server has their numbers; a choice sends where. `elsewhere`
    says of neurons on what they fire in other texts."""
    key, columns = safe_key(key), strongest(result.step("neurons").values)
    show(f'<p class="pg-legend">{escape(family_note(result))}</p>')
    record(partial(standalone_player, result, key, columns, elsewhere))
    parts = {part: address_of(numbers_of_part(result, part, columns), KIND, f"{key}-{part}") for part in PARTS}
    start = start_of(st.query_params.get(parameter_of(result), ""))
    _mount(key=key, data=player(result, key, columns, parts, elsewhere, start))


def standalone_player(
    result: ForwardPassResult, key: str, columns: NDArray[np.int64], elsewhere: Mapping[int, str]
) -> str:
    """The player with all its numbers, as HTML that needs nothing else."""
    parts = {
        part: f"data:{KIND};base64,{base64.b64encode(numbers_of_part(result, part, columns)).decode()}"
        for part in PARTS
    }
    data = json.dumps(player(result, key, columns, parts, elsewhere)).replace("<", "\\u003c")
    script = (ASSETS / "steps.js").read_text(encoding="utf-8").replace("export default function", "function mount")
    style = (ASSETS / "steps.css").read_text(encoding="utf-8")
    return STANDALONE.substitute(style=style, script=script, data=data)


def player(
    result: ForwardPassResult,
    key: str,
    columns: NDArray[np.int64],
    parts: dict[str, str],
    elsewhere: Mapping[int, str] = NOT_KNOWN,
    start: dict[str, int] | None = None,
) -> dict[str, Any]:
    """All but the numbers, and in `parts` where these are: tokens, words, what was checked, the answer. `start` says
    which step and which token a link leads to."""
    by_name = {step.name: step for step in result.steps}
    places = places_of(result, columns)
    size = result.step("query").values.shape[-1]
    shown = [
        {
            **words,
            "short": SHORT.get(words["name"], words["name"].replace("-", " ")),
            "numbers": places.get(words["name"]),
            "square": words["name"] in SQUARE,
            "mark": [(result.head - 1) * size, result.head * size] if words["name"] == "joined" else None,
            **check(words, by_name.get(words["name"]), result),
        }
        for words in steps_in_words(result, len(columns))
    ]
    end = result.conclusion
    return {
        "key": key,
        "parameter": parameter_of(result),
        "start": start,
        "text": hashlib.sha256(repr((result.provenance.checkpoint, result.ids)).encode()).hexdigest()[:12],
        "first": end.place if end else min(1, len(result.tokens) - 1),
        "labels": result.labels,
        "ids": result.ids,
        "positions": result.positions,
        "segments": result.segments,
        "neurons": columns.tolist(),
        "elsewhere": [elsewhere.get(neuron, "") for neuron in columns.tolist()],
        "scale": result.scale,
        "steps": shown,
        "parts": parts,
        "answer": end and {"said": end.said, "guesses": [[(g.text, g.score) for g in one] for one in end.guesses]},
    }


def parameter_of(result: ForwardPassResult) -> str:
    """The parameter of a link that says where the player of a checkpoint stands."""
    return f"{AT}{result.provenance.checkpoint}"


def start_of(written: str) -> dict[str, int] | None:
    """The step and the token that a link says, such as 7.4, both counted from 1; no token is 0. None where it says
    nothing that can be read."""
    numbers = written.split(".")
    if len(numbers) != 2 or not all(one.isascii() and one.isdecimal() and len(one) < 5 for one in numbers):
        return None
    step, token = map(int, numbers)
    return {"step": step, "token": token} if step else None


def part_of(step: PassStep) -> str:
    """The part that a step is in."""
    return "head" if step.of_head else "input" if step.layer == 0 else "end" if step.name in END else "layer"


def shown_values(step: PassStep, columns: NDArray[np.int64]) -> NDArray[np.float32]:
    """The numbers of a step that are shown: all, but of the neurons those in `columns`."""
    return step.values[:, columns] if step.name == "neurons" else step.values


def places_of(result: ForwardPassResult, columns: NDArray[np.int64]) -> dict[str, tuple[str, int, int, int]]:
    """Of each step its part, with which number of it its own begin, and how many rows and columns these have."""
    found: dict[str, tuple[str, int, int, int]] = {}
    used = dict.fromkeys(PARTS, 0)
    for step in result.steps:
        rows, width = shown_values(step, columns).shape
        found[step.name] = (part := part_of(step), used[part], rows, width)
        used[part] += rows * width
    return found


def numbers_of_part(result: ForwardPassResult, part: str, columns: NDArray[np.int64]) -> bytes:
    """The numbers of the steps of a part, one after the other and row after row, as halves of float32."""
    values = [shown_values(step, columns).ravel() for step in result.steps if part_of(step) == part]
    return np.clip(np.concatenate(values), -65_000, 65_000).astype("<f2").tobytes()


def strongest(values: NDArray[np.float32]) -> NDArray[np.int64]:
    """The neurons to show of (tokens, neurons): the strongest ones of each token, then those of the whole text."""
    found = dict.fromkeys(np.argsort(-values, axis=-1, kind="stable")[:, :OF_EACH].T.ravel().tolist())
    for neuron in np.argsort(-values.max(0), kind="stable").tolist():
        if len(found) >= NEURONS:
            break
        found.setdefault(neuron)
    return np.sort(np.fromiter(found, dtype=np.int64))
