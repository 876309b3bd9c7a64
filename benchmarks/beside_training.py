"""What another visitor notices of a training: fill-mask on a server that trains beside the same server idle."""

import asyncio
import statistics
import time

from benchmarks.classroom import TEXTS, Finding, written
from benchmarks.servers import playground
from benchmarks.visitors import Visitor

PAGE = "fine-tune"
TRAINING = "finetune_task=Answers&finetune_method=All+weights&finetune_epochs=20"  # the longest example
WARM, ASKED, PAUSE_S = 3, 30, 0.3
MOST_TIMES = 3.0
STARTED = "Step "  # what the page says once it learns
PATIENCE_S = 90.0


async def measure() -> Finding:
    """Median seconds of a new answer on Fill a mask, before somebody else trains and meanwhile."""
    with playground() as server:
        async with Visitor(server.port) as asks, Visitor(server.port) as trains:
            await asks.open("fill-mask")
            await ask(asks, 0, WARM)
            idle = await ask(asks, WARM, ASKED)
            await trains.open(PAGE, TRAINING)
            await trains.press("finetune_go")
            ends = time.monotonic() + PATIENCE_S
            while STARTED not in trains.shown():
                assert time.monotonic() < ends, "the training did not begin"
                await asyncio.sleep(PAUSE_S)
                await trains.open(PAGE)
            busy = await ask(asks, WARM + ASKED, ASKED)
            await trains.open(PAGE)
            assert STARTED in trains.shown(), "the training was over before the last answer"
    times = busy / idle
    found = f"{1000 * busy:.0f} ms, {times:.1f}× the {1000 * idle:.0f} ms of an idle server"
    return Finding(
        "Fill-mask of another visitor while one trains", found, f"at most {MOST_TIMES:g}×", times <= MOST_TIMES
    )


async def ask(visitor: Visitor, first: int, count: int) -> float:
    """The median of so many new answers."""
    took = []
    for number in range(first, first + count):
        took.append(await visitor.write(written(TEXTS["fill-mask"], 0, number)))
        await asyncio.sleep(PAUSE_S)
    return statistics.median(took)
