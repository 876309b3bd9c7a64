"""CoNLL-U files: what is read, and what is refused in which words."""

import pytest

from core.errors import InputError
from core.inspect.conllu import read_conllu


def row(id: str, form: str, head: str, relation: str, rest: str = "_", pos: str = "NOUN", features: str = "_") -> str:
    return "\t".join((id, form, form, pos, "_", features, head, relation, "_", rest))


FILE = "\n".join(
    (
        "# sent_id = 1",
        row("1", "Dogs", "4", "nsubj", features="Case=Nom|Number=Plur"),
        row("2-3", "don't", "_", "_"),
        row("2", "do", "4", "aux", pos="AUX", features="Tense=Pres|VerbForm=Fin"),
        row("3", "n't", "4", "advmod"),
        row("4", "sing", "0", "root", pos="VERB", features="VerbForm=Inf"),
        row("4.1", "sing", "_", "_"),
        row("5-6", "du", "_", "_", "SpaceAfter=No"),
        row("5", "de", "4", "case"),
        row("6", "le", "4", "det"),
        row("7", ".", "4", "punct"),
        "",
        row("1", "Yes", "0", "root"),
    )
)


def test_a_file_is_read_as_it_was_written() -> None:
    first, second = read_conllu(FILE.replace("\n", "\r\n").encode("utf-8-sig"))
    assert first.text == "Dogs don't sing du."
    assert [word.text for word in first.words] == ["Dogs", "do", "n't", "sing", "du", "du", "."]
    assert [word.head for word in first.words] == [3, 3, 3, -1, 3, 3, 3]
    assert [word.relation for word in first.words][:3] == ["nsubj", "aux", "advmod"]
    assert (first.number, first.tense) == ("plural", "present")
    assert (second.text, second.number, second.tense) == ("Yes", "", "")
    assert all(word.antecedent == -1 for word in first.words)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["1\tonly\tthree"], "Line 1 has 3 columns; CoNLL-U has 10"),
        ([row("2", "a", "0", "root")], "Line 1 begins with 2; word 1 is expected here."),
        ([row("x", "a", "0", "root")], "Line 1 begins with x"),
        ([row("1", "a", "_", "root")], "Line 1 has _ for its head"),
        ([row("1", "a", "5", "det")], "Line 1 has head 5; there are 1 words."),
        ([row("1", "", "0", "root")], "Line 1 lacks the word or its relation."),
        ([row("1", "a", "2", "det"), row("2", "b", "1", "det"), row("3", "c", "0", "root")], "lead in a circle"),
        ([row("1", "a", "0", "root"), row("2", "b", "0", "root")], "has 2 words without a head"),
        ([row("1", "a", "1", "det"), row("2", "b", "0", "root")], "lead in a circle"),
        (["# nothing"], "There is no sentence in the file."),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lines: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_conllu("\n".join(lines).encode())


def test_files_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="not in UTF-8"):
        read_conllu(b"\xff\xfe")
    long = "\n".join(row(str(n), "a", str(n - 1), "root") for n in range(1, 302))
    with pytest.raises(InputError, match="more than 300 words"):
        read_conllu(long.encode())
    monkeypatch.setattr("core.inspect.conllu.MOST_SENTENCES", 1)
    with pytest.raises(InputError, match="more than 1 sentences"):
        read_conllu(FILE.encode())
    monkeypatch.setattr("core.inspect.conllu.MOST_BYTES", 10)
    with pytest.raises(InputError, match="up to 0 MB"):
        read_conllu(FILE.encode())
