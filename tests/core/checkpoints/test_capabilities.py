import pytest

from core.checkpoints.capabilities import capability
from core.checkpoints.catalog import load_catalog
from core.tasks import TASKS
from tests.core.conftest import checkpoint_row


@pytest.mark.parametrize("row", load_catalog(), ids=lambda row: row.id)
@pytest.mark.parametrize("task", TASKS)
def test_every_pair_has_a_capability_that_agrees_with_the_catalogue(row, task: str) -> None:  # type: ignore[no-untyped-def]
    found = capability(load_catalog(), row, task)
    assert (found.state == "no") == (task not in row.tasks)
    assert found.reason.endswith(".")
    if found.state == "no":
        assert found.instead in {other.id for other in load_catalog().supporting(task)} or not found.instead
        assert found.instead or not load_catalog().supporting(task)
    assert found.instead != row.id


def test_every_task_of_a_head_says_what_is_lacking() -> None:
    able = checkpoint_row("plain", "encoder").tasks
    assert [task for task, spec in TASKS.items() if not spec.lacking] == [*able]


def test_a_discriminator_is_not_asked_for_words() -> None:
    row = checkpoint_row("discriminator", "replaced-token-detection", family="electra")
    found = capability(load_catalog(), row, "fill-mask")
    assert (found.state, found.instead) == ("no", "mini-electra-generator")
    assert found.reason.startswith("It learned to spot swapped words")
    assert "use “Spot swaps” on the Fill a mask page" in found.reason
    assert capability(load_catalog(), row, "replaced-token-detection").state == "yes"


def test_a_masked_language_model_is_not_asked_for_swaps() -> None:
    found = capability(load_catalog(), load_catalog()["minilm-fill-mask"], "replaced-token-detection")
    assert found.state == "no"
    assert "use “Fill the gaps” on the Fill a mask page" in found.reason
    lacking = capability(load_catalog(), load_catalog()["minilm-ner"], "replaced-token-detection").reason
    assert lacking == "It was not trained to spot swapped words."


def test_vectors_of_an_encoder_that_was_not_taught_them_are_limited() -> None:
    found = capability(load_catalog(), load_catalog()["minilm-ner"], "sentence-similarity")
    assert (found.state, found.instead) == ("limited", "minilm")
    assert capability(load_catalog(), load_catalog()["minilm"], "sentence-similarity").state == "yes"
