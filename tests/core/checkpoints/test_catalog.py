from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import get_args

import pytest

from core.checkpoints.catalog import MODELS, Catalog, Checkpoint, Head, load_catalog, spoken
from core.errors import TaskNotSupportedError, UnknownNameError
from core.models.row_blocks import has_blocks
from core.tasks import TASKS, tasks_that_need

NewRow = Callable[..., Checkpoint]


@pytest.fixture
def catalog(new_row: NewRow) -> Catalog:
    heads = {"ner": "token-classification", "encoder": "encoder", "nli": "sequence-classification"}
    return Catalog(new_row(id, head, zero_shot=id == "nli") for id, head in heads.items())


def test_rows_keep_their_order(catalog: Catalog) -> None:
    assert [row.id for row in catalog] == ["ner", "encoder", "nli"]


def test_an_unknown_checkpoint_is_told_what_there_is(catalog: Catalog) -> None:
    with pytest.raises(UnknownNameError) as caught:
        catalog["bert"]
    assert caught.value.message == "There is no model called “bert”."
    assert caught.value.hint == "Available: encoder, ner, nli."


def test_tasks_follow_from_the_head(catalog: Catalog) -> None:
    assert catalog["encoder"].tasks == tasks_that_need("encoder")
    assert catalog["ner"].tasks == ("token-classification", *tasks_that_need("encoder"))
    assert catalog["nli"].tasks[:2] == ("text-classification", "zero-shot-classification")


def test_a_task_without_a_head_names_what_can_be_done_instead(catalog: Catalog) -> None:
    with pytest.raises(TaskNotSupportedError) as caught:
        catalog.require("token-classification", "encoder")
    assert "“encoder” has no trained head for token-classification" in caught.value.message
    assert ", ".join(tasks_that_need("encoder")) in caught.value.message
    assert caught.value.hint == "For token-classification, use ner."


@pytest.mark.parametrize(
    ("checkpoint", "task", "hint"),
    [
        (
            "spotter",
            "fill-mask",
            "For fill-mask, use filler. Use spotter for replaced-token-detection (the view “Spot swaps”).",
        ),
        (
            "filler",
            "replaced-token-detection",
            "For replaced-token-detection, use spotter. Use filler for fill-mask (the view “Fill the gaps”).",
        ),
        ("spotter", "question-answering", "No available model can do question-answering."),
    ],
)
def test_what_fills_gaps_does_not_spot_swaps_and_says_what_it_does(
    new_row: NewRow, checkpoint: str, task: str, hint: str
) -> None:
    both = Catalog([new_row("filler", "masked-lm"), new_row("spotter", "replaced-token-detection")])
    with pytest.raises(TaskNotSupportedError) as caught:
        both.require(task, checkpoint)
    assert caught.value.hint == hint


def test_an_unknown_checkpoint_is_said_before_its_tasks(catalog: Catalog) -> None:
    with pytest.raises(UnknownNameError):
        catalog.require("fill-mask", "bert")


def test_those_trained_for_a_task_come_first(catalog: Catalog) -> None:
    assert [row.id for row in catalog.supporting("attention")] == ["encoder", "ner", "nli"]
    assert [row.id for row in catalog.supporting("token-classification")] == ["ner"]
    assert catalog.supporting("fill-mask") == ()


def test_rows_are_frozen(catalog: Catalog) -> None:
    with pytest.raises(FrozenInstanceError):
        catalog["ner"].revision = "2"  # type: ignore[misc]


@pytest.mark.parametrize("task", TASKS)
def test_the_file_has_a_checkpoint_for_every_task(task: str) -> None:
    assert load_catalog().supporting(task)


@pytest.mark.parametrize("row", load_catalog(), ids=lambda row: row.id)
def test_rows_of_the_file_are_complete(row: Checkpoint) -> None:
    assert all((row.name, row.summary, row.objective, row.licence, row.revision, row.paper.startswith("https://")))
    assert row.summary.endswith(".")
    assert set(row.tasks) <= set(TASKS)
    assert row.source == "bundled" or not row.base
    assert all(load_catalog()[origin].family == row.family for origin in (row.base, row.trained_from) if origin)


@pytest.mark.parametrize("row", [row for row in load_catalog() if row.source == "bundled"], ids=lambda row: row.id)
def test_a_row_says_whether_a_matrix_lies_in_several_files(row: Checkpoint) -> None:
    assert row.in_blocks == has_blocks(MODELS / row.location)


def test_a_second_head_is_told_from_the_weights() -> None:
    assert [row.id for row in load_catalog() if "next-sentence" in row.trained] == ["mini-bert"]


@pytest.mark.parametrize("task", TASKS)
def test_any_task_can_be_done_and_one_for_the_head_of_a_row_by_two_checkpoints(task: str) -> None:
    assert len(load_catalog().supporting(task)) >= (2 if TASKS[task].needs in get_args(Head) else 1)


def test_every_task_has_a_name_of_its_own() -> None:
    assert len({spec.title for spec in TASKS.values()}) == len(TASKS)


def test_a_short_training_stands_behind_the_checkpoint_it_is_compared_with() -> None:
    ids = [row.id for row in load_catalog()]
    for row in load_catalog():
        assert not row.earlier_of or ids.index(row.earlier_of) == ids.index(row.id) - 1


def test_the_origin_is_the_base_or_the_shorter_training() -> None:
    catalog = load_catalog()
    assert catalog.origin(["minilm-ner", "minilm"]) == "minilm"
    assert catalog.origin(["minilm-fill-mask", "minilm"]) == "minilm"
    assert catalog.origin(["minilm-ner", "minilm-ner-short"]) == "minilm-ner-short"
    assert catalog.origin(["minilm-ner", "minilm-qa"]) == "minilm-ner"


@pytest.mark.parametrize(
    ("checkpoint", "said"),
    [
        ("minilm", "MiniLM"),
        ("minilm-ner-short", "MiniLM (entities, short training)"),
        ("acme/gone", "acme/gone"),
    ],
)
def test_a_sentence_calls_a_checkpoint_by_its_name(checkpoint: str, said: str) -> None:
    assert spoken(checkpoint) == said


def test_what_a_name_alone_does_not_tell_apart_keeps_its_id() -> None:
    load_catalog().add(replace(load_catalog()["minilm"], id="acme/minilm"))
    try:
        assert spoken("acme/minilm") == "acme/minilm"
        assert spoken("minilm") == "minilm"
    finally:
        load_catalog().remove("acme/minilm")
    load_catalog().add(replace(load_catalog()["minilm"], id="mine-1234", owner="me"))
    try:
        assert spoken("minilm") == "MiniLM", "nobody sees what others have uploaded"
        assert spoken("mine-1234") == "mine-1234"
    finally:
        load_catalog().remove("mine-1234")


def test_a_checkpoint_comes_with_its_base_and_without_its_owner() -> None:
    adapter, encoder = load_catalog().with_base("mini-bert-ner")
    assert (adapter.id, encoder.id) == ("mini-bert-ner", "mini-bert")
    own = Catalog([replace(adapter, id="mine", owner="a secret"), encoder]).of("a secret")
    assert [(one.id, one.owner) for one in own.with_base("mine")] == [("mine", ""), ("mini-bert", "")]
    assert len(load_catalog().with_base("minilm")) == 1
