"""Which parts of a network are switched off, as people write them: 3.4 is head 4 of layer 3."""

from core.errors import InputError
from core.text.phrases import quoted

HeadNumbers = tuple[tuple[int, int], ...]


def read_heads(written: str) -> HeadNumbers:
    """The heads of “3.4,5.1”; InputError if they are not written like this."""
    pairs = [one.split(".") for one in parts(written)]
    if not all(len(pair) == 2 and all(is_number(one) for one in pair) for pair in pairs):
        raise InputError(f"{quoted(written)} names no heads.", "Write layer.head, such as 3.4,5.1.")
    return tuple((int(layer), int(head)) for layer, head in pairs)


def read_layers(written: str) -> tuple[int, ...]:
    """The layers of “2,5”; InputError if they are not written like this."""
    if not all(is_number(one) for one in parts(written)):
        raise InputError(f"{quoted(written)} names no layers.", "Write their numbers, such as 2,5.")
    return tuple(map(int, parts(written)))


def is_number(text: str) -> bool:
    """Whether it is a small number in our digits."""
    return text.isascii() and text.isdecimal() and len(text) < 4


def parts(written: str) -> list[str]:
    """What stands between commas, without blanks and empty ones."""
    return [one.strip() for one in written.split(",") if one.strip()]


def toggled(written: str, part: str) -> str:
    """The list with a part more, or without it where it has it."""
    found = parts(written)
    return ", ".join([one for one in found if one != part] if part in found else [*found, part])
