"""The text that a pretraining reads: our own sentences, or a visitor's, cut into sentences."""

import re
from collections.abc import Sequence
from functools import cache

from core.errors import InputError
from core.inspect.grammar import sentences

OURS = 6000  # sentences from the grammar
FEWEST_WORDS, MOST_CHARACTERS = 300, 10_000_000
EVERY_NTH = 12  # sentence is held out
ENDS = re.compile(r"(?<=[.!?…])\s+|\n+")


@cache
def our_sentences() -> tuple[str, ...]:
    """Simple English sentences of 1,600 words, from the grammar that heads and probes read."""
    return tuple(sentence.text for sentence in sentences(OURS))


def cut(text: str) -> list[str]:
    """The sentences of a text. InputError if it has too few words, or too many characters."""
    if len(text) > MOST_CHARACTERS:
        message = f"The text has {len(text):,} characters; up to {MOST_CHARACTERS:,} are read."
        raise InputError(message, "Use a part of it.", "text")
    if (words := len(text.split())) < FEWEST_WORDS:
        message = f"The text has {words:,} {'word' if words == 1 else 'words'}; {FEWEST_WORDS:,} are needed."
        raise InputError(message, "Paste more, upload a file, or take our sentences.", "text")
    return [part.strip() for part in ENDS.split(text) if part.strip()]


def decode_text(name: str, content: bytes) -> str:
    """The text of a file in UTF-8; InputError if it is something else."""
    if len(content) > MOST_CHARACTERS:
        limit = MOST_CHARACTERS / 1e6
        raise InputError(f"{name} is larger than {limit:g} MB.", "Use a part of it.", "text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise InputError(f"{name} is not plain text in UTF-8.", "Save it as a text file.", "text") from e


def hold_out(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Sentences to learn from, and every twelfth one, which is held out; one that comes up again is not."""
    dev = list(dict.fromkeys(lines[EVERY_NTH - 1 :: EVERY_NTH]))
    held_out = set(dev)
    return [line for line in lines if line not in held_out], dev
