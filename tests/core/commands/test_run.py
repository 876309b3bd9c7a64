import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.commands.app import main
from core.commands.run import write_rows
from core.runtime.local import LocalEngine
from core.tasks import TASKS
from tests.core.commands.calling import Command, Outcome

ROOT = Path(__file__).parents[3]


def mask_command(command: Command, *lines: bytes) -> Outcome:
    """Fill-mask on these lines of standard input."""
    return command("run", "fill-mask", "--checkpoint", "tiny_masked_lm", stdin=b"\n".join(lines))


def test_rows_come_in_order_with_their_ids(command: Command) -> None:
    texts = [f"cat {'and dog ' * (n % 5)} ___" for n in range(30)]
    rows = [{"text": text} | ({"id": n} if n % 2 else {}) for n, text in enumerate(texts)]
    outcome = mask_command(command, *(json.dumps(row).encode() for row in rows))
    assert outcome.code == 0
    assert [row.get("id") for row in outcome.rows] == [n if n % 2 else None for n in range(30)]
    starts = [row["masks"][0]["start"] for row in outcome.rows]
    assert starts == [text.index("___") for text in texts]


@pytest.mark.parametrize("id", [0, "a", None, 1.5, ["x", {"y": 1}], "🍕", True, ""])
def test_ids_are_kept_as_they_are(command: Command, id: Any) -> None:
    good, bad = json.dumps({"id": id, "text": "a ___"}).encode(), json.dumps({"id": id, "text": ""}).encode()
    assert [row["id"] for row in mask_command(command, good, bad).rows] == [id, id]


BAD_LINES = {
    "blank": (b"", "empty"),
    "not a number": (b'{"text": "Rome", "id": NaN}', "not JSON"),
    "broken JSON": (b'{"text": "a ___"', "not JSON"),
    "a list": (b'["a ___"]', "not an object"),
    "no text": (b'{"txt": "a ___"}', "“text” is missing"),
    "a number": (b'{"text": 7}', "not a text"),
    "empty": (b'{"text": ""}', "empty"),
    "no gap": (b'{"text": "no mask here"}', "no gap"),
    "too long": (b'{"text": "' + b"a" * 200_000 + b'"}', "200,000 characters; up to 50,000"),
    "broken UTF-8": (b'{"text": "caf\xe9 ___"}', "surrogate"),
    "UTF-16": ('{"text": "a ___"}'.encode("utf-16-le"), "not JSON"),
    "a lone surrogate": (rb'{"text": "\ud83d ___"}', "surrogate"),
    "deeply nested": (b"[" * 100_000, "not JSON"),
    "an endless number": (b'{"text": "a ___", "id": ' + b"1" * 5_000 + b"}", "not JSON"),
}


@pytest.mark.parametrize(("line", "sentence"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_row_becomes_an_error_in_its_place(command: Command, line: bytes, sentence: str) -> None:
    good = b'{"text": "a ___"}'
    outcome = mask_command(command, good, line, good, b'{"id": 9, "text": ""}', good)
    assert outcome.code == 1
    first, bad, second, empty, third = outcome.rows
    assert all("masks" in row for row in (first, second, third))
    assert bad["error"]["line"] == 2
    assert sentence in bad["error"]["message"]
    assert len(bad["error"]["message"]) < 300
    assert (empty["id"], empty["error"]["line"]) == (9, 4)
    assert "2 bad rows" in outcome.errors


def test_an_id_with_broken_utf8_goes_out_as_json(command: Command) -> None:
    outcome = mask_command(command, b'{"id": "caf\xe9", "text": "a ___"}', rb'{"id": "\ud83d", "text": ""}')
    assert [row["id"] for row in outcome.rows] == ["caf\udce9", "\ud83d"]


def test_text_goes_out_as_utf8_whatever_the_locale(command: Command) -> None:
    outcome = mask_command(command, '{"id": "Zürich 🍕 שלום", "text": "a ___"}'.encode())
    assert "Zürich 🍕 שלום" in outcome.lines[0]


def test_windows_line_ends_and_a_missing_last_one_are_fine(command: Command) -> None:
    outcome = command(
        "run", "fill-mask", "--checkpoint", "tiny_masked_lm", stdin=b'{"text": "a ___"}\r\n{"text": "b ___"}'
    )
    assert (outcome.code, len(outcome.rows)) == (0, 2)


def test_files_in_and_out(command: Command, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes('{"id": "ü", "text_a": "a cat", "text_b": "a cat"}\n'.encode())
    outcome = command(
        "run", "sentence-similarity", "--checkpoint", "tiny_encoder", "--input", source, "--output", target
    )
    assert (outcome.code, outcome.lines) == (0, [])
    (row,) = map(json.loads, target.read_text(encoding="utf-8").splitlines())
    assert row == {"id": "ü", "similarity": pytest.approx(1)}


@pytest.mark.parametrize(
    ("task", "checkpoint", "texts", "keys"),
    [
        ("fill-mask", "tiny_masked_lm", ("a ___",), {"masks"}),
        ("replaced-token-detection", "tiny_replaced_token_detection", ("Anna in Oslo",), {"tokens"}),
        ("token-classification", "tiny_token_classification", ("Anna in Oslo",), {"entities"}),
        ("question-answering", "tiny_question_answering", ("Who?", "Anna did."), {"answers", "no_answer_score"}),
        ("sentence-similarity", "tiny_encoder", ("a", "b"), {"similarity"}),
        ("feature-extraction", "tiny_encoder", ("a",), {"embedding"}),
        ("text-classification", "tiny_sequence_classification", ("a",), {"labels"}),
        ("zero-shot-classification", "tiny_sequence_classification", ("a", "sport, cooking"), {"labels"}),
        ("attention", "tiny_encoder", ("a",), {"tokens", "attentions"}),
        ("hidden-states", "tiny_encoder", ("a",), {"tokens", "states"}),
        ("logit-lens", "tiny_masked_lm", ("a ___",), {"layers"}),
        ("forward-pass", "tiny_encoder", ("a cat",), {"tokens", "layer", "head", "steps", "answer"}),
        (
            "ablation",
            "tiny_encoder",
            ("a cat",),
            {"target", "before", "after", "logit_before", "logit_after", "importance"},
        ),
        (
            "attribution",
            "tiny_encoder",
            ("a cat",),
            {"target", "value", "baseline_value", "words", "steps", "completeness_error"},
        ),
    ],
)
def test_texts_of_the_command_line(
    command: Command, task: str, checkpoint: str, texts: tuple[str, ...], keys: set[str]
) -> None:
    options = [part for text in texts for part in ("--text", text)]
    outcome = command("run", task, "--checkpoint", checkpoint, *options)
    assert outcome.code == 0
    (row,) = outcome.rows
    assert row.keys() == keys


def test_a_text_that_was_cut_says_so_in_its_row(command: Command) -> None:
    lines = "\n".join(json.dumps({"text": text}) for text in ("two cats", "cat " * 600))
    arguments = ("run", "feature-extraction", "--checkpoint", "tiny_encoder")
    short, long = command(*arguments, stdin=lines.encode()).rows
    assert "unread" not in short
    assert [part["tokens"] for part in long["unread"]] == [600 - 510]


def test_a_text_too_few_is_told(command: Command) -> None:
    outcome = command("run", "question-answering", "--checkpoint", "tiny_question_answering", "--text", "Who?")
    assert outcome.code == 2
    assert "takes 2 texts (question, context); got 1" in outcome.errors


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("translation", "--checkpoint", "tiny_encoder"),
            "There is no task called “translation”. Available: ablation",
        ),
        (("attention", "--checkpoint", "bert"), "There is no model called “bert”. Available: tiny_encoder"),
        (("fill-mask", "--checkpoint", "tiny_encoder"), "For fill-mask, use tiny_masked_lm, tiny_pretraining."),
        (("attention", "--checkpoint", "tiny_encoder", "--input", "nowhere.jsonl"), "There is no file nowhere.jsonl"),
        (("attention", "--checkpoint", "tiny_encoder", "--text", "a", "--output", "/no/such/o"), "cannot be written"),
    ],
)
def test_what_cannot_run_is_one_sentence_and_exit_code_2(
    command: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    outcome = command("run", *arguments)
    assert outcome.code == 2
    assert outcome.lines == []
    assert sentence in outcome.errors
    assert "Traceback" not in outcome.errors


def test_a_missing_input_leaves_the_output_alone(command: Command, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("precious")
    files = ("--input", tmp_path / "nowhere", "--output", target)
    assert command("run", "attention", "--checkpoint", "tiny_encoder", *files).code == 2
    assert target.read_text() == "precious"


def test_output_over_the_input_is_refused(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "a"}\n')
    files = ("--input", file, "--output", file)
    assert command("run", "attention", "--checkpoint", "tiny_encoder", *files).code == 2
    assert file.read_text() == '{"text": "a"}\n'


def test_an_empty_file_gives_no_rows(command: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    outcome = command("run", "attention", "--checkpoint", "tiny_encoder", "--input", tmp_path / "empty")
    assert (outcome.code, outcome.lines) == (0, [])


def test_memory_is_bounded_by_rows_in_flight(tiny_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.runtime.local.CHUNK", 8)
    read = 0
    ahead: list[int] = []  # at each row written, how many were read before it

    def lines() -> Iterator[str]:
        nonlocal read
        for read in range(1, 201):
            yield json.dumps({"id": read, "text": f"cat {read}"})

    class Sink(io.StringIO):
        def write(self, text: str) -> int:
            ahead.append(read - len(ahead))
            return super().write(text)

    assert write_rows(tiny_engine, TASKS["feature-extraction"], "tiny_encoder", lines(), Sink()) == 0
    assert len(ahead) == 200
    assert max(ahead) <= 3 * 8


def test_checkpoints_are_listed_with_what_they_can_do(command: Command) -> None:
    outcome = command("checkpoints")
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.lines][:2] == ["tiny_encoder", "tiny_masked_lm"]
    any_encoder = "feature-extraction, sentence-similarity, word-in-context, attention, hidden-states"
    looks_inside = "logit-lens, attribution, ablation, forward-pass"
    assert outcome.lines[1].endswith(f"fill-mask, candidate-ranking, pseudo-likelihood, {any_encoder}, {looks_inside}")
    assert " M " in outcome.lines[0]


def test_the_command_itself(tmp_path: Path) -> None:
    """A process of its own, in another folder, under the C locale, with the bundled encoder."""
    rows = ['{"id": "🍕", "text": "Zürich"}', "", '{"id": 3, "text": "a"}']
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONUTF8": "0", "PLAYGROUND_DEVICE": "cpu"}
    done = subprocess.run(
        [sys.executable, "-m", "core", "run", "feature-extraction", "--checkpoint", "minilm"],
        input="\n".join(rows).encode(),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        timeout=300,
        check=False,
    )
    first, blank, last = map(json.loads, done.stdout.decode("utf-8").splitlines())
    assert done.returncode == 1
    assert (first["id"], len(first["embedding"]), last["id"]) == ("🍕", 384, 3)
    assert blank["error"]["line"] == 2
    assert b"Traceback" not in done.stderr


def test_a_closed_pipe_ends_the_command_quietly(tiny_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in `python -m core run … | head -1`."""

    class Closed(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, text: object) -> int:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(sys, "argv", ["core", "run", "feature-extraction", "--checkpoint", "tiny_encoder"])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "a"}\n' * 50)))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(Closed()))
    monkeypatch.setattr("core.commands.run.LocalEngine", lambda: tiny_engine)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1


def test_without_a_checkpoint_the_first_that_can_is_taken(command: Command) -> None:
    said = command("run", "fill-mask", "--text", "The cat ___")
    named = command("run", "fill-mask", "--checkpoint", "tiny_masked_lm", "--text", "The cat ___")
    fills = [[fill["text"] for fill in outcome.rows[0]["masks"][0]["fills"]] for outcome in (said, named)]
    assert (said.code, fills[0]) == (0, fills[1])


def test_a_file_and_texts_are_not_both_taken(command: Command, tmp_path: Path) -> None:
    said = command("run", "fill-mask", "--text", "A ___", "--input", tmp_path / "none.jsonl")
    assert (said.code, said.lines) == (2, [])
    assert "both --text and --input" in said.errors


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_a_sentence(command: Command) -> None:
    said = command("run", "fill-mask", "--text", "A ___", "--output", "/dev/full")
    assert said.code == 2
    assert "disk is full" in said.errors
