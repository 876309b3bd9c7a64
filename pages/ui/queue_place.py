"""The place in the queue, shown beside the spinner of what is waited for."""

from contextlib import ExitStack

import streamlit as st


class QueuePlace:
    """What the engine calls with the place while a request waits, in the thread of the page."""

    def __init__(self) -> None:
        self._said = ""
        self._shown = ExitStack()

    def __call__(self, place: int) -> None:
        said = f"You are number {place:,} in the queue" if place else ""
        if said != self._said:
            self._shown.close()
            self._said = said
            if said:
                self._shown.enter_context(st.spinner(said))
