"""Words of others inside our sentences: cut short, in quotation marks, in lists and probabilities with two digits."""

import re
from collections.abc import Iterable

SMALLEST = 0.01  # the smallest probability that two digits can show
LONGEST = 40  # characters of a text that is quoted
MOST = 8  # names that a sentence lists
HALF = re.compile("[\ud800-\udfff]")  # of a character: JSON and Python can say it, UTF-8 cannot
REPLACEMENT = "\ufffd"


def whole(text: str) -> str:
    """The text with a sign in the place of each half of a character."""
    return HALF.sub(REPLACEMENT, text)


def shorten(text: object, longest: int = 60) -> str:
    """`text` on one line, cut with an ellipsis."""
    line = whole(" ".join(str(text).split()))
    return line if len(line) <= longest else line[: longest - 1] + "…"


def quoted(text: object, longest: int = LONGEST) -> str:
    """`text` in quotation marks, cut if it is long."""
    return f"“{shorten(text, longest)}”"


def listed(names: Iterable[object], most: int = MOST) -> str:
    """The names with commas between them, each cut if it is long; of many the first, and how many more there are."""
    found = [shorten(name, LONGEST) for name in names]
    more = len(found) - most
    return ", ".join(found) if more <= 0 else f"{', '.join(found[:most])} and {more:,} more"


def chance(probability: float) -> str:
    """The probability with two digits; a smaller one than these can show reads “<0.01”, and only 0 is “0.00”."""
    return f"<{SMALLEST}" if 0 < probability < SMALLEST else f"{probability:.2f}"


def scored(text: object, probability: float) -> str:
    """`text` in quotation marks with its probability in brackets."""
    return f"{quoted(text)} ({chance(probability)})"
