"""One text explained by several checkpoints as a job."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.errors import InputError, TaskNotSupportedError
from core.inspect.attribution import Attribution
from core.inspect.explain_run import ByMethods, ExplainRun, WhatToExplain
from core.inspect.methods import METHODS, Method
from tests.core.inspect.planted import COST, Planted
from tests.working import ended

ASKED = WhatToExplain("text-classification", ("one", "two"), "a planted word among many", "", "")


class Picky(Planted):
    """Has no head in the checkpoint “one”."""

    def run(self, task: str, checkpoint: str, requests: Sequence[Any]) -> list[Any]:
        if checkpoint == "one":
            raise TaskNotSupportedError("It has no head.")
        return super().run(task, checkpoint, requests)


def test_what_is_read_is_counted_and_what_comes_is_in_order() -> None:
    job = ended(ExplainRun(ASKED, ByMethods(("occlusion",))), Planted())
    assert job.progress.finished
    assert job.progress.total == 2 * (5 + 1)
    assert [one.checkpoint for one in job.result] == ["one", "two"]
    ((found,), _) = (one.results for one in job.result)
    assert found.method == "occlusion"
    assert max(found.words, key=lambda word: word.effect).start == ASKED.text.index("planted")


def test_a_checkpoint_that_fails_does_not_lose_the_others() -> None:
    job = ended(ExplainRun(ASKED, ByMethods(("occlusion",))), Picky())
    assert not job.progress.error
    assert [bool(one.error) for one in job.result] == [True, False]


def test_a_method_that_can_say_nothing_does_not_lose_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Attribution("", "yes", 1.0, "", {}, (), COST)
    monkeypatch.setitem(METHODS, "attention", Method("", "", lambda *_: said))
    alone = replace(ASKED, text="planted")
    both = ended(ExplainRun(alone, ByMethods(("occlusion", "attention"))), Planted())
    assert [[one.method for one in each.results] for each in both.result] == [["attention"]] * 2
    none = ended(ExplainRun(alone, ByMethods(("occlusion",))), Planted())
    assert isinstance(none.progress.error, InputError)
