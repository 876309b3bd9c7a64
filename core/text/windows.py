"""A long text in windows that overlap, each of which fits into a model."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """Pieces [start, end) go through the model together; [keep_start, keep_end) are read, each piece in one window."""

    start: int
    end: int
    keep_start: int
    keep_end: int


def windows(pieces: int, size: int, overlap: int) -> tuple[Window, ...]:
    """Windows of `size` over `pieces`, each piece kept where it has most context on both sides.

    Neighbours share `overlap` pieces, or half of a window if that is less.
    """
    if pieces <= size:
        return (Window(0, pieces, 0, pieces),)
    starts = [*range(0, pieces - size, size - min(overlap, size // 2)), pieces - size]
    found = []
    keep_start = 0
    for n, start in enumerate(starts):
        last = n + 1 == len(starts)
        keep_end = pieces if last else (starts[n + 1] + start + size) // 2
        found.append(Window(start, start + size, keep_start, keep_end))
        keep_start = keep_end
    return tuple(found)
