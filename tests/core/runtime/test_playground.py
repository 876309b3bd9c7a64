"""What the protocols promise: all that goes in and comes out can be pickled, for an engine in another process."""

import pickle
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.checkpoints.catalog import Catalog
from core.checkpoints.known import known_checkpoints
from core.engine import Visit
from core.errors import InputError, PlaygroundError
from core.runtime.playground import LocalPlayground
from core.settings import Settings
from core.tasks import TASKS
from core.tasks.fill_mask.schema import FillMaskRequest
from tests.core.tasks.test_contract import SAMPLES


def again(value: Any) -> Any:
    """What arrives at the other side."""
    return pickle.loads(pickle.dumps(value))


@pytest.fixture(scope="module")
def visit(tiny_catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    folder: Path = tmp_path_factory.mktemp("cache")
    return LocalPlayground(Settings(device="cpu", dtype="float32", cache_folder=folder), tiny_catalog).of("ana")


@pytest.mark.parametrize("task", TASKS)
def test_requests_and_results_travel(visit: Visit, task: str) -> None:
    checkpoint = visit.library.catalog.supporting(task)[0].id
    assert again(SAMPLES[task]) == SAMPLES[task]
    (result,) = visit.engine.run(task, checkpoint, [again(SAMPLES[task])])
    for (name, value), arrived in zip(asdict(result).items(), asdict(again(result)).values(), strict=True):
        np.testing.assert_equal(arrived, value, name)


def test_what_else_is_told_travels(visit: Visit) -> None:
    told = (
        visit.engine.status(),
        visit.engine.tokenize("tiny_encoder", "two cats"),
        visit.engine.find_pieces("tiny_encoder", "cat"),
        visit.library.scores("tiny_encoder"),
        next(iter(known_checkpoints().values())),
    )
    for one in told:
        assert again(one) == one
    catalog = again(visit.library.catalog)
    assert list(catalog) == list(visit.library.catalog)
    assert catalog.visitor == "ana"


def test_errors_travel(visit: Visit) -> None:
    requests = [FillMaskRequest("no gap")]
    with pytest.raises(InputError) as caught:
        visit.engine.run("fill-mask", "tiny_masked_lm", requests)
    (streamed,) = visit.engine.stream("fill-mask", "tiny_masked_lm", requests)
    for error in (caught.value, streamed):
        arrived = again(error)
        assert isinstance(error, PlaygroundError)
        assert (type(arrived), arrived.message, arrived.hint) == (type(error), error.message, error.hint)
