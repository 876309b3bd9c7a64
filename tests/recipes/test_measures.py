"""How tagged sentences become spans with known answers."""

from pathlib import Path

from recipes.corpora import TaggedSentence, read_conll
from recipes.measures import gold_spans
from tests.recipes.scripted_engine import packed


def test_gold_spans_are_characters_of_the_joined_words():
    sentence = TaggedSentence(
        ("In", "New", "York", ",", "Ada", "Lovelace"), ("O", "B-LOC", "I-LOC", "O", "B-PER", "I-PER")
    )
    text = " ".join(sentence.words)
    assert {(text[s:e], kind) for s, e, kind in gold_spans(sentence)} == {("New York", "LOC"), ("Ada Lovelace", "PER")}


def test_conll_blocks_become_sentences(tmp_path: Path):
    file = packed("Ada\tB-PER\tx\nsang\tO\ty\n\nOslo\tB-LOC\tz\n", tmp_path / "names.xz")
    assert read_conll(file) == [TaggedSentence(("Ada", "sang"), ("B-PER", "O")), TaggedSentence(("Oslo",), ("B-LOC",))]
    assert read_conll(file, column=2)[0].tags == ("x", "y")
