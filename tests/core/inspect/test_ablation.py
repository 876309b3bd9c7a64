"""Parts of a network as people write them."""

import pytest

from core.errors import InputError
from core.inspect.ablation import read_heads, read_layers, toggled


def test_heads_and_layers_are_read() -> None:
    assert read_heads(" 3.4, 5.1,") == ((3, 4), (5, 1))
    assert read_layers("2,5") == (2, 5)
    assert read_heads("") == read_layers(" ") == ()


@pytest.mark.parametrize("written", ["3", "3.4.5", "3.x", "²", "3.٤", "1" * 9 + ".1"])
def test_what_names_no_heads_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="names no heads"):
        read_heads(written)


def test_a_click_switches_off_and_on() -> None:
    assert toggled("", "3.4") == "3.4"
    assert toggled("3.4", "5.1") == "3.4, 5.1"
    assert toggled("3.4, 5.1", "3.4") == "5.1"
