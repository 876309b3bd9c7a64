"""Files of examples: what is read, and how a wrong file names its row and its column."""

import pytest

from core.errors import InputError
from core.files import tables as datasets
from core.files.tables import LARGEST, LARGEST_MB, MOST_ROWS, Table, read_table


def test_a_csv_file_becomes_a_table() -> None:
    table = read_table("a.csv", b'text,label\n"one, two",x\n\nthree,\n')
    assert table == Table("a.csv", ("text", "label"), (("one, two", "x"), ("three", "")), (2, 4))
    assert table.column("text") == ["one, two", "three"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "text;label\neins, zwei;y\n"),
        ("a.tsv", "text\tlabel\neins, zwei\ty\n"),
        ("a.csv", "text\tlabel\neins, zwei\ty\n"),
        ("A.CSV", "\ufefftext;label\r\neins, zwei;y\r\n"),
        ("a.jsonl", '{"text": "eins, zwei", "label": "y"}\n'),
        ("a.jsonl", '{"text": ["eins", "zwei"], "label": "y"}\n'),
    ],
)
def test_separators_marks_and_kinds(name: str, content: str) -> None:
    table = read_table(name, content.encode())
    assert (table.columns, table.rows) == (("text", "label"), (("eins, zwei", "y"),))


def test_utf16_as_spreadsheets_write_it() -> None:
    assert read_table("a.csv", "text\nZürich\n".encode("utf-16")).rows == (("Zürich",),)


def test_lines_of_a_text_file() -> None:
    table = read_table("a.txt", "one\n\n  שלום \n".encode())
    assert (table.columns, table.rows, table.numbers) == (("text",), (("one",), ("שלום",)), (1, 3))


def test_objects_with_different_names() -> None:
    table = read_table("a.jsonl", b'{"text": "a", "n": 3}\n\n{"text": null, "ok": true}\n')
    assert (table.columns, table.rows) == (("text", "n", "ok"), (("a", "3", ""), ("", "", "true")))
    assert table.numbers == (1, 3)


def test_a_line_break_inside_a_cell() -> None:
    assert read_table("a.csv", b'text,n\n"one\ntwo",1\nthree,2\n').numbers == (2, 3)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"text,label\na,b\nc\n", r"Row 3 has 1 cell, but the header has 2: “label” is missing\."),
        ("a.csv", b"text,label\na,b,c\n", r"Row 2 has 3 cells, but the header has 2: “c” is one too many\."),
        ("a.csv", b"text,text\na,b\n", r"The column “text” appears twice\."),
        ("a.csv", b'text\nfine\n"never closed\n', r"Row 3 opens a double quote that is never closed\."),
        ("a.csv", b"text\nfine\nZ\xfcrich\n", r"Row 3 is not UTF-8 \(byte 0xfc\)\."),
        ("a.csv", b"", r"“a.csv” has no rows\."),
        ("a.csv", b"text,label\n", r"“a.csv” has no rows\."),
        ("a.txt", b" \n", r"“a.txt” has no rows\."),
        ("a.jsonl", b'{"text": "a"}\n{"text": }\n', r"Row 2, column 10: this is not JSON\."),
        ("a.jsonl", b'["a"]\n', r"Row 1 is JSON, but not an object\."),
        ("a.xlsx", b"PK", r"“a.xlsx” is not a supported file type\."),
        ("a.txt", b"a\n" * (MOST_ROWS + 1), r"“a.txt” has more than the 100,000 rows allowed\."),
    ],
)
def test_a_wrong_file_is_one_sentence(name: str, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_table(name, content)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.jsonl", b"{}\n{}\n", "The objects in “a.jsonl” are empty."),
        ("a.csv", "text\nfine\n".encode("utf-16-le"), "Row 1 contains NUL characters"),
        ("a.csv", "text\nfi\0ne\n".encode("utf-16"), "Row 2 contains NUL characters"),
        ("a.jsonl", b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}", "Row 1 is JSON that is nested too deeply"),
        (
            "a.jsonl",
            b'{"a": ' + b"9" * 5000 + b"}",
            "Row 1 is JSON that is nested too deeply or has too large a number.",
        ),
        ("a.jsonl", b'{"a": [' + b"1," * 600_000 + b"1]}", "Row 1 has 1,200,010 characters; up to 1,000,000"),
        ("a.txt", b"fine\n" + b"x" * 131_073, "Row 2, column “text”: 131,073 characters; up to 131,072 are allowed."),
        ("a.csv", b"x" * 1001 + b"\nfine\n", "has a name of 1,001 characters; up to 1,000 are allowed."),
        ("a.csv", b"," * 1_000_001, "Row 1 has 1,000,001 characters; up to 1,000,000 are allowed."),
        ("a.csv", b'text,topic\n"a lone quote,b\nc,d\n', "Row 2 opens a double quote that is never closed."),
    ],
)
def test_what_is_no_table_is_said(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_table(name, content)


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(InputError, match=f"larger than {LARGEST_MB} MB"):
        read_table("mine.csv", b"\xff" * (LARGEST + 1))


def test_halves_of_characters_and_nul_in_json_are_replaced() -> None:
    table = read_table("a.jsonl", rb'{"na\u0000me": "one \ud800 two \u0000"}')
    assert (table.columns, table.rows) == (("na\ufffdme",), (("one \ufffd two \ufffd",),))


@pytest.mark.parametrize(("name", "row"), [("a.txt", b"x\n"), ("a.csv", b"x\n"), ("a.jsonl", b'{"a": 1}\n')])
def test_reading_stops_at_the_first_row_too_many(name: str, row: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    numbered = datasets.numbered_lines
    monkeypatch.setattr(datasets, "numbered_lines", lambda text: (read.append(n) or (n, t) for n, t in numbered(text)))
    with pytest.raises(InputError, match="more than the 3 rows"):
        read_table(name, row * 1000, 3)
    assert len(read) <= 5
