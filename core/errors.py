"""Everything a user can be told: one sentence of what was got and what is allowed, one hint of what to do."""

from collections.abc import Iterable


class PlaygroundError(Exception):
    """The base of all errors shown to users; `message` says what happened, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint


class InputError(PlaygroundError):
    """The text or the options of a request cannot be used: empty, too long, no mask, malformed row.

    `field` is the field of the request that is at fault, where only one is.
    """

    def __init__(self, message: str, hint: str = "", field: str = "") -> None:
        super().__init__(message, hint)
        self.field = field


class UnknownNameError(PlaygroundError):
    """A checkpoint or task of that name does not exist; the hint lists those that do."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no {kind} called “{name}”.", f"Known: {', '.join(sorted(known))}.")


class TaskNotSupportedError(PlaygroundError):
    """The checkpoint has no trained head for the task; the hint names checkpoints that have."""


class ModelLoadError(PlaygroundError):
    """The weights could not be read; chained from the cause."""


class UntrainedHeadError(ModelLoadError):
    """The weights of the head are not in the checkpoint: its answers would be random."""


class CapacityError(PlaygroundError):
    """Loading would exceed the memory budget; says bytes needed and available."""
