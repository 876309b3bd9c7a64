"""`python -m core inspect lens`."""

import json
from pathlib import Path

import pytest

from core.runtime.local import LocalEngine
from core.tasks.logit_lens.schema import LogitLensRequest
from tests.core.commands.calling import Command


def test_lens_prints_every_layer(command: Command, tiny_engine: LocalEngine) -> None:
    (row,) = command("inspect", "lens", "--checkpoint", "tiny_masked_lm", "--text", "a ___ cat", "--top-k", "3").rows
    (result,) = tiny_engine.run("logit-lens", "tiny_masked_lm", [LogitLensRequest("a ___ cat", top_k=3)])
    assert [one["layer"] for one in row["layers"]] == [0, 1, 2]
    for layer in row["layers"]:
        (mask,) = layer["masks"]
        assert mask.keys() == {"fills", "rank", "probability"}
        assert [fill.keys() for fill in mask["fills"]] == [{"text", "score"}] * 3
        assert mask["rank"] == result.gaps[0].followed[0].ranks[layer["layer"]]
    assert row["layers"][-1]["masks"][0]["rank"] == 1


def test_lens_follows_words_into_a_file(command: Command, tmp_path: Path) -> None:
    target, arguments = tmp_path / "out.json", ("inspect", "lens", "--text", "a ___", "--word", "cat")
    assert command(*arguments, "--word", "dog", "--output", target).lines == []
    for layer in json.loads(target.read_text(encoding="utf-8"))["layers"]:
        (mask,) = layer["masks"]
        assert [one["text"] for one in mask["words"]] == ["cat", "dog"]
        assert (mask["rank"], mask["probability"]) == (mask["words"][0]["rank"], mask["words"][0]["probability"])
        assert 0 <= mask["probability"] <= 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--text", "no gap"), "The text has no gap."),
        (("--text", "a ___", "--word", "contrabassoonist"), "is not a single token"),
        (("--text", "a ___", "--checkpoint", "tiny_encoder"), "tiny_encoder"),
        (("--text", "a ___", "--checkpoint", "tiny_replaced_token_detection"), "tiny_replaced_token_detection"),
        (("--text", "a ___", "--top-k", "0"), "top_k is 0"),
        (("--text", "a ___", "--output", "/no/such/folder/out.json"), "cannot be written"),
    ],
)
def test_what_has_no_lens_is_one_sentence_and_exit_code_2(
    command: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    outcome = command("inspect", "lens", *arguments)
    assert (outcome.code, outcome.lines) == (2, [])
    assert sentence in outcome.errors
