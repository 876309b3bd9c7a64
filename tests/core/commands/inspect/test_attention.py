"""`python -m core inspect attention` and `heads`."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.inspect.heads import RELATIONS
from core.inspect.rollout import flow, rollout
from core.runtime.local import LocalEngine
from core.tasks.attention.schema import AttentionRequest
from tests.core.commands.calling import Command

GIVEN = ("inspect", "attention", "--checkpoint", "tiny_encoder", "--text", "a cat")


def test_every_way_gives_its_table(command: Command, tiny_engine: LocalEngine) -> None:
    (every,) = tiny_engine.run("attention", "tiny_encoder", [AttentionRequest("a cat")])
    weights = every.attentions.astype(float)
    wanted = {
        ("--layer", "2", "--head", "3"): weights[1, 2],
        ("--mean", "heads", "--layer", "1"): weights[0].mean(0),
        ("--mean", "layers", "--head", "4"): weights[:, 3].mean(0),
        ("--mean", "both"): weights.mean((0, 1)),
        (): weights.mean((0, 1)),
        ("--rollout",): rollout(every.attentions),
        ("--flow",): flow(every.attentions),
    }
    for options, table in wanted.items():
        (row,) = command(*GIVEN, *options).rows
        assert row["tokens"] == ["[CLS]", "a", "cat", "[SEP]"]
        np.testing.assert_allclose(row["weights"], table, atol=2e-3)


def test_words_and_special_tokens(command: Command) -> None:
    options = ("--text-pair", "The philharmonic", "--words", "--specials", "renormalise", "--rollout")
    (row,) = command(*GIVEN, *options).rows
    assert row["tokens"] == ["a", "cat", "The", "philharmonic"]
    np.testing.assert_allclose(np.sum(row["weights"], axis=1), 1, atol=1e-4)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--layer", "1"), "--layer and --head do not fit"),
        (("--mean", "heads"), "--mean heads needs --layer"),
        (("--mean", "both", "--layer", "1"), "--layer and --head do not fit"),
        (("--rollout", "--flow"), "More than one of --rollout, --flow and --mean"),
        (("--layer", "3", "--head", "1"), "There is no layer 3. This model has 2, counted from 1."),
        (("--text-pair", "a " * 40, "--flow"), "flow is computed for up to 32"),
        (("--specials", "never"), "is not one of"),
        (("--layer", "0", "--head", "0"), "Invalid value for '--layer'"),
        (("--xyzzy",), "No such option: --xyzzy. `python -m core inspect attention --help` lists the options."),
    ],
)
def test_what_does_not_fit_is_one_sentence(command: Command, options: tuple[str, ...], said: str) -> None:
    outcome = command(*GIVEN, *options)
    assert (outcome.code, outcome.lines, outcome.errors.count("\n")) == (2, [], 1)
    assert said in outcome.errors


def test_heads_of_the_grammar_and_of_a_file(command: Command, tmp_path: Path) -> None:
    (row,) = command("inspect", "heads", "--checkpoint", "tiny_encoder", "--count", "60", "--top-k", "2").rows
    assert {one["relation"] for one in row["relations"]} == set(RELATIONS)
    assert len(row["relations"]) == 8 * 2 * 2
    assert row["relations"][0].keys() >= {"layer", "head", "direction", "accuracy", "offset", "offset_accuracy", "n"}
    assert [(one["layer"], one["head"]) for one in row["heads"]] == [(m, n) for m in (1, 2) for n in (1, 2, 3, 4)]
    cells = ("1\tA\ta\tDET\t_\t_\t2\tdet\t_\t_", "2\tcat\tcat\tNOUN\t_\t_\t0\troot\t_\t_", "", "")
    source, target = tmp_path / "in.conllu", tmp_path / "out.json"
    source.write_text("\n".join(cells) * 25, encoding="utf-8")
    files = ("--input", source, "--output", target)
    assert command("inspect", "heads", "--checkpoint", "tiny_encoder", *files).code == 0
    found = json.loads(target.read_text("utf-8"))
    assert [(one["relation"], one["offset"], one["n"]) for one in found["relations"]] == [
        ("determiner-noun", 1, 25)
    ] * 2
    source.write_text("no columns")
    said = command("inspect", "heads", "--checkpoint", "tiny_encoder", *files)
    assert (said.code, said.lines) == (2, [])
    assert "Line 1 has 1 columns" in said.errors
    nowhere = command("inspect", "heads", "--checkpoint", "tiny_encoder", "--input", tmp_path / "none")
    assert "cannot be read" in nowhere.errors
