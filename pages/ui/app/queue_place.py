"""The place in the queue, shown beside the spinner of what is waited for."""

from contextlib import ExitStack

import streamlit as st


class QueuePlace:
    """What the engine calls with the place while a request waits, in the thread of the page.

    A spinner takes half a second to appear: the one before it stays until the next call.
    """

    def __init__(self) -> None:
        self._said = ""
        self._shown, self._leaving = ExitStack(), ExitStack()

    def __call__(self, place: int) -> None:
        self._leaving.close()
        said = f"You are number {place:,} in the queue" if place else ""
        if said == self._said:
            return
        self._said, self._leaving, self._shown = said, self._shown, ExitStack()
        if said:
            self._shown.enter_context(st.spinner(said))
        else:
            self._leaving.close()
