"""The answers to a question as files have them: SQuAD's objects, lists, or plain text that is looked for."""

import json
from collections.abc import Iterator
from typing import Any

Found = tuple[str, int]  # an answer as the passage has it, and the character where it starts
STARTS = ("answer_start", "start")  # what the place of an answer is called


def find_answers(cell: str, start: str, passage: str) -> list[Found] | None:
    """The answers of a cell in a passage, none for an empty cell; None if one of them is not in the passage.

    A cell is a text, or JSON: a list of texts or of {"text", "start"}, or SQuAD's {"text": […], "answer_start": […]}.
    `start` is what another column says of where a text starts, as a character from 0.
    """
    found = []
    for text, place in given(cell, start):
        if text.strip():
            one = place_of(text.strip(), place, passage)
            if one is None:
                return None
            found.append(one)
    return found


def given(cell: str, start: str) -> Iterator[tuple[str, int | None]]:
    """Each text of a cell, and where it is said to start."""
    value = parsed(cell)
    if isinstance(value, dict):
        texts: Any = value.get("text", [])
        starts: Any = next((value[name] for name in STARTS if name in value), [])
        texts = texts if isinstance(texts, list) else [texts]
        starts = starts if isinstance(starts, list) else [starts]
        for n, text in enumerate(texts):
            yield str(text), number(starts[n]) if n < len(starts) else None
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                yield str(one.get("text", "")), number(next((one[name] for name in STARTS if name in one), None))
            else:
                yield str(one), None
    else:
        yield cell, number(start)


def parsed(cell: str) -> Any:
    """The JSON of a cell; the cell itself where it has none."""
    if cell.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(cell)
        except ValueError:
            return cell
    return cell


def number(value: object) -> int | None:
    """A place as a number, if it is one."""
    try:
        return int(str(value).strip())
    except ValueError:
        return None


def place_of(text: str, start: int | None, passage: str) -> Found | None:
    """The answer where it is said to start, else where it stands nearest to that; case counts only if it can."""
    for wanted, where in ((text, passage), (text.lower(), passage.lower())):
        places = [n for n in range(len(where)) if where.startswith(wanted, n)] if wanted in where else []
        if places and len(where) == len(passage):
            best = min(places, key=lambda n: abs(n - (start or 0)))
            return passage[best : best + len(text)], best
    return None
