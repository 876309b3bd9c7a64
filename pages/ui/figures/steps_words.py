"""What each step of a forward pass does, in words with the numbers of the network: assets/steps.toml."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any, NotRequired, TypedDict

from core.paths import ASSETS
from core.tasks.forward_pass.schema import ForwardPassResult, PassStep
from pages.ui.figures.markup import two_digits

TERMS = ("scores", "to-position", "from-position")  # which of them are added up depends on the network
ADDENDS = ("word", "position", "segment")


class StepWords(TypedDict):
    """A step as the file has it: `takes` are the steps that it is made from, `check` stands where there is nothing to
    compute again."""

    name: str
    group: str
    title: str
    says: str
    formula: str
    takes: NotRequired[list[str]]
    check: NotRequired[str]


@cache
def file() -> dict[str, Any]:
    """The file."""
    return tomllib.loads((ASSETS / "steps.toml").read_text(encoding="utf-8"))


def steps_in_words(result: ForwardPassResult, shown_neurons: int) -> list[StepWords]:
    """The steps that this network has, in its order, and the answer; with its numbers in the words of the file."""
    numbers = numbers_of(result, shown_neurons)
    written: dict[str, StepWords] = {one["name"]: one for one in file()["steps"]}
    order = ["pieces", *(step.name for step in result.steps), *(["answer"] if result.conclusion else [])]
    return [
        StepWords(
            name=name,
            group=written[name]["group"],
            title=written[name]["title"].format_map(numbers),
            says=written[name]["says"].format_map(numbers).strip(),
            formula=written[name]["formula"].format_map(numbers),
            takes=takes(name, written[name].get("takes", []), order, result),
            check=written[name].get("check", ""),
        )
        for name in order
    ]


def takes(name: str, listed: list[str], order: list[str], result: ForwardPassResult) -> list[str]:
    """The steps that one is made from, of those that are shown."""
    before = order[order.index(name) - 1]
    if name in ("norm", "projection", "features", "decoder", "answer"):  # each network has its own before these
        return [before]
    if name == "state":
        return [before] if result.layer == 1 else []
    if name == "last":
        return [before] if result.layer == result.network[0] else []
    return [one for one in listed if one in order]


def numbers_of(result: ForwardPassResult, shown_neurons: int) -> Mapping[str, Any]:
    """What stands in the braces of the file; nothing for a brace of a step that there is not."""
    layers, heads = result.network
    names = [step.name for step in result.steps]
    size, hidden = result.step("query").values.shape[-1], result.step("state").values.shape[-1]
    terms, scale = [name for name in TERMS if name in names], f"{result.scale:.4g}"
    several, last = len(terms) > 1, result.layer == layers
    summed = f"The {len(terms)} scores are added up and divided by {scale}, the root of {len(terms)} × {size} numbers."
    plain = f"The scores are divided by {scale}, the root of the {size} numbers of a head."
    above = f"Layer {result.layer + 1} does the same again, with weights of its own."
    head = file()["heads"][result.conclusion.head] if result.conclusion else {}
    use = "The head of the model reads it." if head else "This model has no head: similarity and search use it."
    found = {
        "layer": result.layer,
        "layers": layers,
        "head": result.head,
        "heads": heads,
        "size": size,
        "hidden": hidden,
        "wide": result.step("word").values.shape[-1],
        "neurons": f"{result.step('neurons').values.shape[-1]:,}",
        "shown": shown_neurons,
        "scaling": summed if several else plain,
        "scaled": f"({' + '.join(['score'] * len(terms))}) / {scale}" if several else f"score / {scale}",
        "addends": " + ".join(name for name in ADDENDS if name in names),
        "below": f"They come out of layer {result.layer - 1}." if result.layer > 1 else "They are the embeddings.",
        "above": "That was the last layer." if last else above,
        "use": use,
        "from": (result.head - 1) * size,
        "to": result.head * size - 1,
        "first": result.positions[0] if result.positions else 0,
        **head,
    }
    return defaultdict(str, found)


def family_note(result: ForwardPassResult) -> str:
    """What is different in this family, in a sentence or two."""
    note: str = file()["families"][result.architecture].format_map(numbers_of(result, 0))
    if result.architecture == "electra":
        widened = any(step.name == "projection" for step in result.steps)
        note = f"{note} {file()['electra']['narrow' if widened else 'same']}"
    if result.architecture in ("deberta", "deberta-v2"):
        names = {step.name for step in result.steps}
        kind = "added" if "position" in names else "decoded" if "decoder" in names else "none"
        note = f"{note} {file()['deberta'][kind]}"
    return note


def verdict(error: float, largest: float) -> str:
    """How far a step is from what is computed by hand, in words."""
    by_hand = "Computed again by hand from the steps before:"
    numbers = f"(numbers up to {two_digits(largest)})"
    return f"{by_hand} {f'it differs by at most {error:.1g}' if error else 'the same to the last digit'} {numbers}."


def check(words: StepWords, step: PassStep | None, result: ForwardPassResult) -> dict[str, Any]:
    """What is told of a step's check, and whether it holds; None where there is nothing to compare."""
    if words["name"] == "answer" and result.conclusion:
        logits = result.conclusion
        return {"check": verdict(logits.error, logits.largest), "holds": logits.holds}
    if step is None or step.error is None:
        return {"check": words.get("check", ""), "holds": None}
    if step.name == "last":
        return {"check": words.get("check"), "holds": step.holds and result.holds}
    return {"check": verdict(step.error, step.largest), "holds": step.holds}
