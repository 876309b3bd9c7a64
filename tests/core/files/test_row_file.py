"""Rows of a file: what went in and what came out apart, lines on the disk, columns of any name."""

import csv
import errno
import io
import json
from typing import Any

import pytest

from core.files import row_file
from core.files.row_file import FIXED, Line, RowFile, as_csv, flat, input_names, jsonl

NAMES = (
    "results",
    "error",
    "row",
    "checkpoint",
    "text",
    "label",
    "score",
    "predicted_label",
    "input_text",
    "input_label",
)
SUMMARY = {"label": "good", "score": 0.9, "text": "t"}


def line(n: int, **inputs: str) -> Line:
    return Line("a", n, inputs or {"text": f"Text {n}"}, {"label": "good"}, [{"label": "good", "score": 0.9}])


def written(count: int, **inputs: str) -> RowFile:
    file = RowFile()
    for n in range(count):
        file.append(line(n, **inputs))
    return file


def test_lines_come_back_as_they_were() -> None:
    odd = {"text": "😀 \u2028 \x00 \n\r\t", "half \ud83d": "\udc00"}
    file = written(3, **odd)
    assert list(file.lines()) == [line(n, **odd) for n in range(3)]
    assert list(RowFile().lines()) == []


def test_lines_longer_than_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_file, "PART", 7)
    assert list(written(5).lines()) == [line(n) for n in range(5)]


def test_lines_from_a_place_on() -> None:
    file = written(3)
    place = file.end
    file.append(line(3))
    assert list(file.lines(place)) == [line(3)]


def test_a_line_that_the_disk_has_no_room_for_is_not_there() -> None:
    class Full(io.BytesIO):
        """Takes half of what it is given, then nothing."""

        left = 1

        def write(self, content: Any) -> int:
            if not self.left:
                raise OSError(errno.ENOSPC, "No space left on device")
            self.left -= 1
            return super().write(content[: len(content) // 2])

    file = written(2)
    kept = b"".join(file._read(0, file.end).splitlines(keepends=True))
    file._file = Full(kept)
    with pytest.raises(OSError, match="No space"):
        file.append(line(2))
    assert list(file.lines()) == [line(0), line(1)]


@pytest.mark.parametrize("outputs", [(), tuple(SUMMARY)])
def test_every_column_has_a_name_of_its_own(outputs: tuple[str, ...]) -> None:
    taken = (*FIXED, *outputs)
    names = input_names(NAMES, taken)
    assert list(names) == list(NAMES)
    assert len({*names.values(), *taken}) == len(NAMES) + len(taken)
    assert names["predicted_label"] == "predicted_label"
    assert names["row"] == "input_row"
    assert names["label"] == ("input_input_label" if outputs else "label")


def test_columns_of_any_name_keep_their_cells() -> None:
    inputs = {name: f"cell of {name}" for name in NAMES}
    names = input_names(NAMES, (*FIXED, *SUMMARY))
    one = Line("a", 2, inputs, SUMMARY, [{"label": "good", "score": 0.9}])
    (row,) = map(json.loads, jsonl([one], names).splitlines())
    assert row["results"] == [{"label": "good", "score": 0.9}]
    assert {name: row[names[name]] for name in NAMES} == inputs
    assert {name: row[name] for name in SUMMARY} == SUMMARY
    (header, cells) = csv.reader(io.StringIO(as_csv([one], names, SUMMARY)))
    assert len(set(header)) == len(header) == 2 + len(NAMES) + len(SUMMARY)
    assert dict(zip(header, cells, strict=True)) == {name: str(value) for name, value in flat(one, names).items()}


def test_what_a_spreadsheet_would_run_is_made_harmless_in_the_header_too() -> None:
    one = Line("a", 2, {"=cmd": "+1"}, {"label": "@x"}, [])
    (header, cells) = csv.reader(io.StringIO(as_csv([one], {"=cmd": "=cmd"}, ["label"])))
    assert header == ["checkpoint", "row", "'=cmd", "label"]
    assert cells == ["a", "2", "'+1", "'@x"]


def test_an_error_has_its_column() -> None:
    one = Line("a", 2, {"error": "mine"}, error="Row 2: The text is empty.")
    names = input_names(["error"], FIXED)
    assert flat(one, names) == {
        "checkpoint": "a",
        "row": 2,
        "input_error": "mine",
        "error": "Row 2: The text is empty.",
    }
    assert "results" not in json.loads(jsonl([one], names))


def test_what_was_not_read_is_told_in_its_row() -> None:
    parts = [{"tokens": 1, "begins": "Once"}, {"tokens": 1200, "begins": "and they lived"}]
    one = Line("a", 2, {"unread": "mine"}, {"label": "good"}, [], parts)
    names = input_names(["unread"], FIXED)
    said = "1 token not read, from “Once”; 1,200 tokens not read, from “and they lived”"
    assert flat(one, names) == {"checkpoint": "a", "row": 2, "input_unread": "mine", "label": "good", "unread": said}
    assert json.loads(jsonl([one], names))["unread"] == parts
    assert "unread" not in json.loads(jsonl([Line("a", 2, {}, {}, [])], {}))
