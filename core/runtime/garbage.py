"""Python's garbage collection in a process that keeps a lot: what stays is frozen, so that collections walk the rest.

torch and transformers bring half a million objects. Walking them takes a quarter of a second, in which no thread runs.
"""

import gc
import threading
import time

ROUND_S = 60.0  # seconds after which what has ended among the frozen objects is looked for
SETTLE_S = 2.0  # seconds after a change, in which others mostly follow


def freeze() -> None:
    """Gives back what nobody holds any more, frozen or not, and freezes all that is left."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class Freezer:
    """Freezes in a thread of its own: soon after every change, and every round, since visitors come and go."""

    def __init__(self, *, round_s: float = ROUND_S, settle_s: float = SETTLE_S) -> None:
        self._changed, self._stopped = threading.Event(), False
        self._round_s, self._settle_s = round_s, settle_s
        threading.Thread(target=self._work, name="freezer", daemon=True).start()

    def changed(self) -> None:
        """Tells it that a lot has come or gone, such as a model; returns at once."""
        self._changed.set()

    def stop(self) -> None:
        """Ends the thread at its next round."""
        self._stopped = True
        self._changed.set()

    def _work(self) -> None:
        while not self._stopped:
            if self._changed.wait(self._round_s):
                time.sleep(self._settle_s)
                self._changed.clear()
            freeze()
