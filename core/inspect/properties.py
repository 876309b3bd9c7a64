"""What words and sentences are probed for, read off parsed sentences or a table with labels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from core.errors import InputError, UnknownNameError
from core.files.tables import Table
from core.inspect.grammar import ParsedSentence, ParsedWord
from core.inspect.words import MOST_WORDS, SpannedText, with_words
from core.text.spans import Span

DEEPEST, FARTHEST = 4, 3
PROBED = 1200  # sentences of our own grammar
OWN = "label"  # the property of a table


@dataclass(frozen=True)
class Property:
    """`title` is what pages call it, `question` what the probe is asked."""

    title: str
    question: str
    read: Callable[[ParsedSentence], list[tuple[int, str]]]  # numbers of words and their classes


@dataclass(frozen=True)
class ProbeRows:
    """Rows to probe for the property of some name. Row n belongs to sentence `texts[n]` of `sentences` and has the
    class `labels[n]`; `forms[n]` is its word in small letters. `of_words`: each row is a word, and `words[n]` its
    number in the sentence; otherwise a whole text, whose vector is the mean over its words, and `words[n]` is −1."""

    name: str
    sentences: tuple[SpannedText, ...]
    texts: tuple[int, ...]
    words: tuple[int, ...]
    labels: tuple[str, ...]
    forms: tuple[str, ...]
    of_words: bool


def parts_of_speech(sentence: ParsedSentence) -> list[tuple[int, str]]:
    """The universal part of speech of each word; punctuation is left out."""
    left_out = ("PUNCT", "SYM", "X", "_", "")
    return [(n, word.pos) for n, word in enumerate(sentence.words) if word.pos not in left_out]


def entities(sentence: ParsedSentence) -> list[tuple[int, str]]:
    """The kind of each name."""
    return [(n, word.entity) for n, word in enumerate(sentence.words) if word.entity]


def depths(sentence: ParsedSentence) -> list[tuple[int, str]]:
    """How many steps lead from each word to the root of its sentence."""
    found = []
    for n, word in enumerate(sentence.words):
        depth, head = 0, word.head
        while head >= 0:
            depth, head = depth + 1, sentence.words[head].head
        if word.pos != "PUNCT":
            found.append((n, str(depth) if depth < DEEPEST else f"{DEEPEST} or more"))
    return found


def distances(sentence: ParsedSentence) -> list[tuple[int, str]]:
    """How many words before (−) or behind (+) each word its head stands; the root has none."""
    found = []
    for n, word in enumerate(sentence.words):
        if word.head >= 0 and word.pos != "PUNCT":
            distance = max(-FARTHEST, min(FARTHEST, word.head - n))
            found.append((n, f"{distance:+d}{' or farther' if abs(distance) == FARTHEST else ''}".replace("-", "−")))
    return found


def at_root(value: Callable[[ParsedSentence], str]) -> Callable[[ParsedSentence], list[tuple[int, str]]]:
    """What is known of a sentence, to be read from its main word."""

    def read(sentence: ParsedSentence) -> list[tuple[int, str]]:
        root = next(n for n, word in enumerate(sentence.words) if word.head < 0)
        return [(root, value(sentence))] if value(sentence) else []

    return read


PROPERTIES = {
    "pos": Property("Part of speech", "What part of speech is the word?", parts_of_speech),
    "entity": Property("Entity type", "Does the name belong to a person, a place or an organisation?", entities),
    "depth": Property("Dependency depth", "How many steps lead from the word to the root of the sentence?", depths),
    "distance": Property("Distance to the head", "How many words away is the word that it depends on?", distances),
    "number": Property(
        "Number of the subject",
        "Is the subject singular or plural? Read from the main word.",
        at_root(lambda s: s.number),
    ),
    "tense": Property("Tense", "Which tense has the sentence? Read from the main word.", at_root(lambda s: s.tense)),
}


def find_property(name: str) -> Property:
    """The property of that name; UnknownNameError lists the known ones."""
    if name not in PROPERTIES:
        raise UnknownNameError("property", name, PROPERTIES)
    return PROPERTIES[name]


def label_words(name: str, sentences: Sequence[ParsedSentence]) -> ProbeRows:
    """The words of parsed sentences with their classes; InputError if no word has one. Of too many sentences some are
    drawn."""
    read = find_property(name).read
    pairs = [(sentence, found) for sentence in drawn(sentences) if (found := read(sentence))]
    if not pairs:
        message = f"The sentences say nothing about “{PROPERTIES[name].title.lower()}”."
        raise InputError(message, "Use another property, or a file that has it.")
    kept = [SpannedText(one.text, tuple(span_of(one.words[word]) for word, _ in found)) for one, found in pairs]
    return ProbeRows(
        name,
        tuple(kept),
        tuple(text for text, (_, found) in enumerate(pairs) for _ in found),
        tuple(n for _, found in pairs for n in range(len(found))),
        tuple(label for _, found in pairs for _, label in found),
        tuple(one.words[word].text.casefold() for one, found in pairs for word, _ in found),
        True,
    )


def drawn(sentences: Sequence[ParsedSentence]) -> Sequence[ParsedSentence]:
    """As many of the sentences as have MOST_WORDS words together: all, or some by chance, always the same ones."""
    if sum(len(one.words) for one in sentences) <= MOST_WORDS:
        return sentences
    mixed = [*sentences]
    Random(0).shuffle(mixed)
    counts = accumulate(len(one.words) for one in mixed)
    return mixed[: sum(count <= MOST_WORDS for count in counts)]


def span_of(word: ParsedWord) -> Span:
    """Where the word stands in its sentence."""
    return word.start, word.end


def label_rows(table: Table) -> ProbeRows:
    """The rows of a table with the columns text and label, and perhaps word: with it the vector of that word's first
    place is probed, without it the mean over all words of the text."""
    for name in ("text", OWN):
        if name not in table.columns:
            message = f"The file has no column “{name}”."
            raise InputError(message, "It needs the columns “text” and “label”, and may have “word”.")
    rows = zip(table.column("text"), table.column(OWN), table.numbers, strict=True)
    of_words = "word" in table.columns
    words = table.column("word") if of_words else [""] * len(table)
    sentences: list[SpannedText] = []
    labels: list[str] = []
    forms: list[str] = []
    for (text, label, number), word in zip(rows, words, strict=True):
        start = text.casefold().find(word.casefold())
        if not label.strip() or (of_words and (start < 0 or not word)):
            raise InputError(f"Row {number:,} has no label, or its word is not in its text.", "Correct the row.")
        spans = ((start, start + len(word)),) if of_words else with_words(text).spans
        sentences.append(SpannedText(text, spans))
        labels.append(label.strip())
        forms.append((word or text).casefold())
    if sum(len(one.spans) for one in sentences) > MOST_WORDS:
        raise InputError(f"The texts have more than {MOST_WORDS:,} words.", "Use a part of the file.")
    places, first = tuple(range(len(sentences))), 0 if of_words else -1
    numbers = (first,) * len(sentences)
    return ProbeRows(OWN, tuple(sentences), places, numbers, tuple(labels), tuple(forms), of_words)
