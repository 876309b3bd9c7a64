import pickle
from collections.abc import Iterator

import pytest

from core import errors
from core.errors import InputError, PlaygroundError, UnknownNameError

MADE: dict[type[PlaygroundError], PlaygroundError] = {
    InputError: InputError("It is empty.", "Write something.", "text"),
    UnknownNameError: UnknownNameError("model", "soup", ["b", "a"]),
}


def kinds(kind: type[PlaygroundError] = PlaygroundError) -> Iterator[type[PlaygroundError]]:
    """The class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from kinds(below)


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind.__module__ == errors.__name__])
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_pickling(kind: type[PlaygroundError], protocol: int) -> None:
    error = MADE.get(kind) or kind("It failed.", "Try again.")
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is kind
    assert (again.message, again.hint, str(again)) == (error.message, error.hint, str(error))
    assert vars(again) == vars(error)


def test_all_that_is_known_is_listed_in_order() -> None:
    assert str(MADE[UnknownNameError]) == "There is no model called “soup”. Available: a, b."
