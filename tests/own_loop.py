"""Asynchronous code in tests that a browser may share a process with."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def in_own_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """What comes of it, in a thread of its own: a browser that other tests have open keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
