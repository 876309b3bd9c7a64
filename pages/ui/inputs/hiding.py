"""Hiding words of a text one by one: what a click on a word, on a gap or on a word for a gap makes of it."""

import re
from dataclasses import dataclass
from typing import Literal

from core.text.spans import GAP, PLACEHOLDER, WORD

PART = re.compile(rf"(?P<gap>{PLACEHOLDER.pattern})|(?P<word>{WORD.pattern})")
PLACE = re.compile(r"(?P<start>\d{1,9}) (?P<end>\d{1,9}) (?P<word>.*)", re.DOTALL)
MOST_WORDS = 300  # that can be clicked; the rest of a longer text is shown as it is

Kind = Literal["word", "gap", "rest"]


@dataclass(frozen=True)
class Stretch:
    """A stretch of the text: a word, a gap, or what lies between them."""

    text: str
    kind: Kind


@dataclass(frozen=True)
class Hidden:
    """A text with the words behind its gaps in order, None where nobody knows, since the gap was typed."""

    text: str
    words: tuple[str | None, ...]

    def toggle(self, number: int) -> "Hidden":
        """With part `number` hidden if it is a word, or shown again if it is a gap whose word is known."""
        parts = split(self.text)
        gap = sum(part.kind == "gap" for part in parts[:number])  # the gaps before the part
        known, chosen = list(self.words), parts[number]
        if chosen.kind == "word":
            known.insert(gap, chosen.text)
            new = GAP
        else:
            new = known.pop(gap) or chosen.text
        texts = [part.text for part in parts]
        return Hidden("".join([*texts[:number], new, *texts[number + 1 :]]), tuple(known))

    def put(self, places: str) -> "Hidden":
        """With words in their gaps: a `place` on each line, in the order of the text. What is no place is left out."""
        text = self.text
        ends = [match.end() for match in PLACEHOLDER.finditer(text)]
        known = dict(zip(ends, self.words, strict=False))
        for found in filter(None, map(PLACE.fullmatch, reversed(places.split("\n")))):
            start, end = int(found["start"]), int(found["end"])
            if start < end and known.pop(end, "no gap") != "no gap":
                text = text[:start] + found["word"] + text[end:]
        return Hidden(text, tuple(known.values()))


def place(start: int, end: int, word: str) -> str:
    """Where a word goes: it replaces text[start:end], which ends with a gap."""
    return f"{start} {end} {' '.join(word.split())}"


def untouched(text: str) -> Hidden:
    """The text as somebody typed it: nothing is known of its gaps."""
    return Hidden(text, (None,) * sum(part.kind == "gap" for part in split(text)))


def split(text: str) -> list[Stretch]:
    """The text in parts that join to it again."""
    parts: list[Stretch] = []
    last = 0
    for count, match in enumerate(PART.finditer(text)):
        if count == MOST_WORDS:
            break
        if match.start() > last:
            parts.append(Stretch(text[last : match.start()], "rest"))
        parts.append(Stretch(match[0], "gap" if match["gap"] else "word"))
        last = match.end()
    return [*parts, Stretch(text[last:], "rest")] if last < len(text) else parts
