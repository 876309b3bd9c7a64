"""The lines of a training are the same after JSON."""

import json

from core.commands.told_lines import as_json
from core.finetuning.report import (
    TrainingBefore,
    TrainingOutcome,
    TrainingPoint,
    TrainingReport,
    TrainingStart,
    Watched,
    read_line,
)

LINES = (
    TrainingStart(("a", "b"), 9, 64, 1, 2, 4, 0, 3),
    TrainingBefore(0.5, {"loss": 2.0}, (("b",), ())),
    TrainingPoint(1, 0.7, 1e-3, 2.0, 5, 0.1),
    TrainingPoint(2, 0.6, 1e-3, 2.0, 0, 0.2, 0.8, (Watched("x", "a", 0.9), Watched("y z", "O B-A"))),
    "The loss rose.",
    TrainingOutcome(2, 0.8, 0.5, 0.2, (("a",), ("b",)), 700.0),
)


def test_what_is_printed_is_what_was_said() -> None:
    report = TrainingReport()
    for line in LINES:
        again = read_line(json.loads(json.dumps(as_json(line))))
        assert again == line
        report = report.after(again)
    assert report == TrainingReport(0, LINES[0], LINES[1], LINES[2:4], LINES[5], "", "The loss rose.")
    assert report.evaluated == LINES[3:4]
