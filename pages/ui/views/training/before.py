"""Before a training: what is said of memory, time and models that make room, and the buttons that start it."""

from collections.abc import Iterable

import streamlit as st

from core.engine import CheckpointStatus
from core.errors import InputError
from core.finetuning.gather import RowRemark
from core.finetuning.memory import MemoryNeed
from core.settings import load_settings
from core.text.phrases import listed, quoted
from core.workers.room import check_room
from pages.ui.app import engine, jobs, library

METHODS = {"head": "Head only", "lora": "LoRA", "full": "All weights"}  # what learns, in words
SEEDS = 3  # of the second button


def wanted_seeds(prefix: str, unready: bool, kept: str) -> int:
    """How many seeds the button is for that was clicked, 0 for none; `kept` says what is left of several."""
    with st.container(horizontal=True, key=f"{prefix}-start"):
        one = st.button("Train", type="primary", icon=":material/play_arrow:", disabled=unready, key=f"{prefix}_go")
        several = st.button(
            f"Train with {SEEDS} seeds", disabled=unready, key=f"{prefix}_seeds",
            help=f"The same training three times; what differs is chance. {kept}",
        )  # fmt: skip
    return SEEDS if several else int(one)


def size_of(checkpoint: str) -> CheckpointStatus:
    """How large a checkpoint is; all zeros where that is not known."""
    known = {one.id: one for one in engine.status().checkpoints}
    return known.get(checkpoint) or CheckpointStatus(checkpoint, 0, 0, False, 0)


def has_bfloat16() -> bool:
    """Whether the engine computes in bfloat16, in which trainings are faster: the processor has it, unless the operator
    chose another format."""
    return engine.status().dtype == "bfloat16"


def costs(need: MemoryNeed | None, seconds: float) -> str:
    """How much memory and time it needs, as far as that is known."""
    parts = []
    if need:
        parts.append(f"needs about {need.total:,.0f} MB of memory")
    if seconds:
        parts.append(f"takes about {jobs.duration(seconds)} if nobody else trains")
    told = f"It {' and '.join(parts)}. " if parts else ""
    return f"{told}The time left is measured from its first steps."


def check(need: MemoryNeed | None, models: int = 1) -> None:
    """CapacityError if there is not so much memory, InputError if a visitor may not keep as many models."""
    most = load_settings().visitor_uploads
    if 0 < most < models:
        kept = "1 model" if most == 1 else f"{most} models"
        message = f"This leaves {models} models; this server keeps {kept} for each visitor."
        raise InputError(message, "Choose fewer tasks, or ask its operator to raise PLAYGROUND_VISITOR_UPLOADS.")
    if need:
        check_room(need.total)


def making_room(models: int = 1) -> Iterable[RowRemark]:
    """Which of the visitor's own models have to go for so many new ones, if any."""
    most, own = load_settings().visitor_uploads, [row for row in library.catalog() if row.owner]
    gone = own[: max(0, len(own) + models - most)] if most else []
    if gone:
        have = "it is the oldest" if len(gone) == 1 else "they are the oldest"
        named = listed([quoted(row.name) for row in gone])
        yield RowRemark("warn", f"{named} will be deleted to make room: {have} of the {most} models that you may have.")
