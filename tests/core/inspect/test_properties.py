"""What the words of a sentence are probed for, against a sentence read by hand."""

import pytest

from core.errors import InputError, UnknownNameError
from core.files.tables import read_table
from core.inspect.grammar import ParsedSentence, ParsedWord, sentences
from core.inspect.probe_run import shared_sentences
from core.inspect.properties import PROPERTIES, label_rows, label_words
from core.inspect.words import MOST_WORDS

# Anna sees the old cat.
WORDS = (
    ParsedWord("Anna", 0, 4, "PROPN", 1, "nsubj", entity="PER"),
    ParsedWord("sees", 5, 9, "VERB", -1, "root"),
    ParsedWord("the", 10, 13, "DET", 4, "det"),
    ParsedWord("old", 14, 17, "ADJ", 4, "amod"),
    ParsedWord("cat", 18, 21, "NOUN", 1, "obj"),
    ParsedWord(".", 21, 22, "PUNCT", 1, "punct"),
)
SENTENCE = ParsedSentence("Anna sees the old cat.", WORDS, "singular", "present")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pos", {"anna": "PROPN", "sees": "VERB", "the": "DET", "old": "ADJ", "cat": "NOUN"}),
        ("entity", {"anna": "PER"}),
        ("depth", {"anna": "1", "sees": "0", "the": "2", "old": "2", "cat": "1"}),
        ("distance", {"anna": "+1", "the": "+2", "old": "+1", "cat": "−3 or farther"}),
        ("number", {"sees": "singular"}),
        ("tense", {"sees": "present"}),
    ],
)
def test_what_each_word_is_asked(name: str, expected: dict[str, str]) -> None:
    found = label_words(name, [SENTENCE, ParsedSentence("Oh", (ParsedWord("Oh", 0, 2, "X", -1, "root"),))])
    rows = [n for n, text in enumerate(found.texts) if text == 0]
    assert {found.forms[n]: found.labels[n] for n in rows} == expected
    for n in rows:
        start, end = found.sentences[0].spans[found.words[n]]
        assert SENTENCE.text[start:end].casefold() == found.forms[n]


@pytest.mark.parametrize("name", PROPERTIES)
def test_our_own_sentences_have_every_property(name: str) -> None:
    found = label_words(name, sentences(120))
    assert len(set(found.labels)) > 1


def test_of_too_many_words_some_sentences_are_drawn() -> None:
    found = label_words("pos", [SENTENCE] * 3000)
    assert len(found.labels) == MOST_WORDS // 6 * 5  # the full stop is a word, too, but not asked


def test_what_no_word_has_is_told() -> None:
    with pytest.raises(UnknownNameError, match="no property called “colour”"):
        label_words("colour", [SENTENCE])
    with pytest.raises(InputError, match="say nothing about “entity type”"):
        label_words("entity", [ParsedSentence("Oh", (ParsedWord("Oh", 0, 2, "X", -1, "root"),))])


def test_a_table_labels_texts_or_words_in_them() -> None:
    texts = label_rows(read_table("a.csv", b"text,label\nIt was good.,yes\nBad,no\n"))
    assert (texts.labels, texts.of_words, len(texts.sentences[0].spans)) == (("yes", "no"), False, 3)
    words = label_rows(read_table("a.csv", b"text,word,label\nThe Bank of the river,bank,river\n"))
    assert (words.sentences[0].spans, words.forms, words.words) == (((4, 8),), ("bank",), (0,))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"text,word\na,b\n", "no column “label”"),
        (b"text,label\na,\n", "Row 2 has no label"),
        (b"text,word,label\na cat,dog,x\n", "Row 2 has no label, or its word"),
    ],
)
def test_a_table_without_labels_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        label_rows(read_table("a.csv", content))


def test_the_sentences_of_several_properties_are_read_once() -> None:
    properties = [label_words(name, sentences(60)) for name in PROPERTIES]
    shared, rows = shared_sentences(properties)
    assert len(shared) == 60
    for before, after in zip(properties, rows, strict=True):
        assert (before.labels, before.forms) == (after.labels, after.forms)
        for text, word, form in zip(after.texts, after.words, after.forms, strict=True):
            start, end = shared[text].spans[word]
            assert shared[text].text[start:end].casefold() == form
