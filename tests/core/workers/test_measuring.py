"""A measurement that is followed (measuring.py): its steps are the job's, its folder goes, and its report grows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core.jobs import State
from core.workers import runs
from core.workers.measuring import MeasuringStep, follow


@dataclass(frozen=True)
class Told:
    place: int = 0
    lines: tuple[Any, ...] = ()

    def after(self, line: Any) -> "Told":
        return replace(self, lines=(*self.lines, line))


def read(values: Mapping[str, Any]) -> Any:
    return MeasuringStep(**values) if "doing" in values else values["found"]


def test_its_report_grows_its_steps_are_the_jobs_and_its_folder_goes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    state, shown, folders = State(1), [], []

    def lines(kind: str, folder: runs.WorkFolder, state: State) -> Iterator[dict[str, Any]]:
        folders.append(folder.path)
        assert folder.values() == {"place": 3, "lines": []}
        for values in ({"done": 1, "total": 4, "doing": "x"}, {"found": 7}):
            yield values
            shown.append((state.done, state.total, len(state.shown.lines)))

    monkeypatch.setattr(runs, "lines", lines)
    monkeypatch.setattr(runs, "path_of", lambda kind, id: tmp_path / kind / id)
    report = follow("kind", "one", Told(3), Told(), read, state)
    assert report.lines == (MeasuringStep(1, 4, "x"), 7)
    assert shown == [(1, 4, 1), (1, 4, 2)]
    assert folders == [tmp_path / "kind" / "one"]
    assert not folders[0].exists()
