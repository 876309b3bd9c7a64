"""How much memory work in a process of its own takes and may take."""

import resource
from collections.abc import Iterator
from pathlib import Path

from core.errors import CapacityError

STATUS, MACHINE = Path("/proc/self/status"), Path("/proc/meminfo")
LIMITS = (  # of a container: what it may have, what it has, and how much of that are files that can be read again
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory.stat"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
        "/sys/fs/cgroup/memory/memory.stat",
    ),
)
HINT = "Take a smaller model, smaller batches or shorter texts, or wait until other models are no longer in memory."


def peak_mb() -> float:
    """The memory of this process at most. Linux counts the process that started it in `ru_maxrss`, but not here."""
    return number_in(STATUS, "VmHWM:") / 1000 or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def free_mb() -> float | None:
    """What the machine, or the container that we are in, still has; None where nobody tells."""
    return min(found_free(), default=None)


def found_free() -> Iterator[float]:
    """The free memory in megabytes, from each source that tells it."""
    if free := number_in(MACHINE, "MemAvailable:"):
        yield free / 1000
    for limit, used, of_used in LIMITS:
        try:
            left = int(Path(limit).read_text()) - int(Path(used).read_text())
            yield (left + number_in(Path(of_used), "inactive_file")) / 1e6
        except (OSError, ValueError):  # there is none, or it is “max”
            continue


def check_room(needed_mb: float, *, here: bool = False) -> None:
    """CapacityError if work needs more memory than is free; `here`: this process does it, and has a part of it."""
    free = free_mb()
    if free is not None and needed_mb > free + (number_in(STATUS, "VmRSS:") / 1000 if here else 0.0):
        message = f"This needs about {needed_mb:,.0f} MB of memory, and {max(0.0, free):,.0f} MB are free."
        raise CapacityError(message, HINT)


def number_in(file: Path, name: str) -> int:
    """The number behind a name in a file of the kernel's; 0 where there is none."""
    try:
        lines = map(str.split, file.read_text().splitlines())
    except OSError:
        return 0
    return next((int(line[1]) for line in lines if line[:1] == [name]), 0)
