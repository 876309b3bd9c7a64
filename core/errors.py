"""All errors shown to users: one sentence on what was received and what is allowed, one hint on what to do."""

import copyreg
import errno
from collections.abc import Iterable
from typing import Any

from core.text.phrases import quoted

FULL_DISK = (errno.ENOSPC, errno.EDQUOT)
OUT_OF_MEMORY = ("can't allocate memory", "not enough memory")  # how PyTorch's CPU allocator says it, a RuntimeError


class PlaygroundError(Exception):
    """The base of all errors shown to users; `message` says what happened, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is pickled: without its constructor, whose arguments a subclass may have chosen otherwise."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class InputError(PlaygroundError):
    """The text or the options of a request cannot be used: empty, too long, no mask, malformed row.

    `field` is the field of the request that is at fault, where only one is.
    """

    def __init__(self, message: str, hint: str = "", field: str = "") -> None:
        super().__init__(message, hint)
        self.field = field


class EmptyTextError(InputError):
    """A text has nothing in it that can be read. Its hint holds for a row of a file, too; the pages, whose texts are
    typed, give their own."""


class UnknownNameError(PlaygroundError):
    """A checkpoint or task of that name does not exist; the hint lists those that do."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no {kind} called {quoted(name)}.", f"Available: {', '.join(sorted(known))}.")


class TaskNotSupportedError(PlaygroundError):
    """The checkpoint has no trained head for the task; the hint names checkpoints that have."""


class ModelLoadError(PlaygroundError):
    """The weights could not be read; chained from the cause."""


class UntrainedHeadError(ModelLoadError):
    """The weights of the head are not in the checkpoint: its answers would be random."""


class SettingsError(PlaygroundError):
    """The operator's settings are invalid; one line for each that is wrong."""


class BusyError(PlaygroundError):
    """The server is busy: too many requests wait, too many jobs run, or an answer took too long."""


class CapacityError(PlaygroundError):
    """Loading would exceed the memory budget; says bytes needed and available."""


def explain(error: BaseException) -> PlaygroundError:
    """The error as one that can be shown: itself if it is one, else a sentence on what kind of failure it was."""
    if isinstance(error, PlaygroundError):
        return error
    if is_out_of_memory(error):
        hint = "Try fewer or shorter texts, or a smaller model."
        return CapacityError("The playground ran out of memory.", hint)
    if isinstance(error, OSError) and error.errno in FULL_DISK:
        return CapacityError("The disk is full.", "Free some space, then try again.")
    message = f"Something went wrong in the playground ({type(error).__name__})."
    return PlaygroundError(message, "Try again. If it keeps happening, tell whoever runs this playground.")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether there was no memory left, on the processor or on a graphics card; does not need torch."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    words = str(error)
    return type(error).__name__ == "OutOfMemoryError" or (
        isinstance(error, RuntimeError) and any(sign in words for sign in OUT_OF_MEMORY)
    )
