"""Fields of a stranger's config.json that no archive of tests/security/ has, since they belong to other families."""

import pytest

from core.errors import ModelLoadError
from core.hub.configuration import read_fields


@pytest.mark.parametrize("window", [32_768, [512, 4096], 1, "wide"])
def test_a_window_of_longformer_that_would_take_all_memory(window: object) -> None:
    with pytest.raises(ModelLoadError, match="`attention_window` "):
        read_fields("mine", {"model_type": "longformer", "attention_window": window})


def test_a_long_name_is_cut_and_so_is_the_list_of_those_that_are_known() -> None:
    with pytest.raises(ModelLoadError, match="`hidden_act` is") as caught:
        read_fields("mine", {"model_type": "bert", "hidden_act": "x" * 5000})
    assert len(str(caught.value)) <= 300
