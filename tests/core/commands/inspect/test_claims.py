"""`python -m core inspect claims`."""

from pathlib import Path

import pytest

from core.inspect.geometry import texts_of
from core.inspect.grammar import ParsedSentence, sentences
from tests.core.commands.calling import Command


def test_claims_about_layers(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.inspect.claims.layers.PROBED", 60)
    monkeypatch.setattr("core.inspect.claims.layers.default_texts", lambda: texts_of(["The cat sat here."] * 9))
    (row,) = command("inspect", "claims", "layers", "--checkpoint", "tiny_encoder").rows
    assert len(row["claims"]) == 6
    for one in row["claims"]:
        assert one["checkpoint"] == "tiny_encoder"
        assert one["verdict"] in ("holds here", "does not hold here", "too close to tell")
        assert one["n"] > 0
        assert one["link"].startswith("https://arxiv.org/abs/")


def test_probes_read_a_file_of_the_visitor(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("core.inspect.claims.layers.default_texts", lambda: texts_of(["The cat sat here."] * 9))
    file = tmp_path / "some.conllu"
    file.write_text("\n\n".join(map(as_conllu, sentences(40))) + "\n\n")
    (row,) = command("inspect", "claims", "layers", "--checkpoint", "tiny_encoder", "--input", file).rows
    assert "40 sentences of the file" in row["claims"][0]["how"]
    assert "Our grammar" not in row["claims"][0]["how"]
    assert row["claims"][0]["n"] < 200


def as_conllu(sentence: ParsedSentence) -> str:
    """The columns that are read; no word is joined with the next."""
    return "\n".join(
        f"{n}\t{word.text}\t_\t{word.pos}\t_\t_\t{word.head + 1}\t{word.relation}\t_\t_"
        for n, word in enumerate(sentence.words, 1)
    )


def test_a_model_of_other_classes_says_so(command: Command) -> None:
    (row,) = command("inspect", "claims", "explain", "--checkpoint", "tiny_sequence_classification").rows
    assert {one["verdict"] for one in row["claims"]} == {"not measured"}
    assert "There is no class “positive”." in row["claims"][0]["here"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("stars",), "There is no set of claims called “stars”. Available: explain"),
        (("layers", "--checkpoint", "bert"), "There is no model called “bert”"),
        (("steps", "--input", "some.conllu"), "Only the claims about layers read a file."),
        (("explain", "--checkpoint", "tiny_encoder"), "tiny_encoder can do none of: fill-mask, text-classification"),
    ],
)
def test_what_cannot_run_is_one_sentence_and_exit_code_2(
    command: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    outcome = command("inspect", "claims", *arguments)
    assert (outcome.code, outcome.lines) == (2, [])
    assert sentence in outcome.errors
