"""`python -m core.commands.worker SECONDS`: what a server starts for a training. It imports everything, waits for an
order for so many seconds, and carries it out.

On standard input come the order, as JSON, and perhaps `stop`; an empty line makes it wait as long again. Where the
input ends, the server is gone. Standard output has a line of JSON for whatever is told of the work.
"""

import os
import sys
from collections.abc import Callable, Iterator
from json import dumps, loads
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

from core.batching import run as batching
from core.commands import compress, distil, pretrain, train, train_multi
from core.commands.told_lines import as_json
from core.errors import PlaygroundError
from core.pretraining.texts import our_sentences
from core.workers.worker import BAD_INPUT, ERRORS, STOP

KINDS: dict[str, Callable[[Path, Event], Iterator[Any]]] = {
    "fine-tune": train.work,
    "several-tasks": train_multi.work,
    "pre-train": pretrain.work,
    "compress": compress.work,
    "keep-smaller": compress.keep_work,
    "distil": distil.work,
    "batching": batching.work,
}


def main() -> None:
    """Waits for the order and carries it out."""
    orders, stop = SimpleQueue[str](), Event()
    Thread(target=listen, args=(orders, stop), daemon=True).start()
    our_sentences()  # a second's work, like the imports
    order = ""
    try:
        while not order:
            order = orders.get(timeout=float(sys.argv[1]))
    except Empty:
        leave(0)
    leave(carry_out(loads(order), stop))


def listen(orders: "SimpleQueue[str]", stop: Event) -> None:
    """Hears what the server says; nobody is there to work for once it is gone."""
    for line in sys.stdin:
        if line.strip() == STOP:
            stop.set()
        else:
            orders.put(line.strip())
    os._exit(1)


def carry_out(order: dict[str, Any], stop: Event) -> int:
    """Tells of the work as it goes; the code to end with."""
    folder = Path(order["folder"])
    told = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    with (folder / ERRORS).open("wb") as errors:
        for stream in (1, 2):  # what a library prints is no line of ours
            os.dup2(errors.fileno(), stream)
    if order["finish"]:
        stop.set()
    try:
        for line in KINDS[order["kind"]](folder, stop):
            print(dumps(as_json(line), ensure_ascii=False), file=told, flush=True)
    except PlaygroundError as e:
        print(e, file=sys.stderr)
        return BAD_INPUT
    except Exception:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def leave(code: int) -> None:
    """Ends at once: a thread that waits for input would hold up the interpreter."""
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
