"""How long a network reads, in time of the processor core, so that what others do meanwhile does not count."""

import time
from collections.abc import Callable, Sequence
from typing import Any

TOGETHER = 32  # texts that are read together


def time_round(read: Callable[[Any], Any], alone: Sequence[Any], together: Any) -> tuple[float, float]:
    """Milliseconds for a text: of batches with one each, and of one batch with TOGETHER. Networks that are compared
    take turns, round by round."""
    began = time.process_time()
    for batch in alone:
        read(batch)
    between = time.process_time()
    read(together)
    ended = time.process_time()
    return (between - began) * 1000 / len(alone), (ended - between) * 1000 / TOGETHER
