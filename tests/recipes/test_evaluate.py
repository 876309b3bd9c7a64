"""How dev files become questions with known answers."""

import lzma
from pathlib import Path

from recipes.corpora import TaggedSentence, read_conll
from recipes.evaluate import gold_spans, hide_words


def test_gold_spans_are_characters_of_the_joined_words():
    sentence = TaggedSentence(
        ("In", "New", "York", ",", "Ada", "Lovelace"), ("O", "B-LOC", "I-LOC", "O", "B-PER", "I-PER")
    )
    text = " ".join(sentence.words)
    assert {(text[s:e], kind) for s, e, kind in gold_spans(sentence)} == {("New York", "LOC"), ("Ada Lovelace", "PER")}


def test_hidden_words_are_whole_and_known(tmp_path: Path):
    file = tmp_path / "text.xz"
    with lzma.open(file, "wt", encoding="utf-8") as out:
        out.write("The old river crossed the northern plain slowly. Its water was cold and very clear in spring.\n")
    pairs = hide_words(file)
    assert len(pairs) == 2
    assert all(text.count("___") == 1 and word.isalpha() and word == word.lower() for text, word in pairs)
    assert pairs == hide_words(file)


def test_conll_blocks_become_sentences(tmp_path: Path):
    file = tmp_path / "names.xz"
    with lzma.open(file, "wt", encoding="utf-8") as out:
        out.write("Ada\tB-PER\tx\nsang\tO\ty\n\nOslo\tB-LOC\tz\n")
    assert read_conll(file) == [TaggedSentence(("Ada", "sang"), ("B-PER", "O")), TaggedSentence(("Oslo",), ("B-LOC",))]
    assert read_conll(file, column=2)[0].tags == ("x", "y")
