"""Readers of the training and dev files (`--data DIR`); what a recipe makes of the rows is its own affair."""

import json
import lzma
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Record = dict[str, Any]  # of a JSONL file

TEXT_FIELDS = ("premise", "hypothesis", "sentence1", "sentence2", "text")
SENTENCE_LINE = "# text = "  # of CoNLL-U
TOKENISED_END = re.compile(r"(?<= [.!?]) ")  # where a blank stands before the stop
SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9])")


@dataclass(frozen=True)
class TaggedSentence:
    """Words and their IOB2 tags, one tag a word."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def read_jsonl(path: Path) -> list[Record]:
    """The rows of an xz-compressed JSONL file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_conll(path: Path, *, column: int = 1) -> list[TaggedSentence]:
    """The sentences of an xz-compressed CoNLL file, tags from `column` (tab-separated, counted from 0)."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        blocks = lines.read().split("\n\n")
    rows = ([line.split("\t") for line in block.splitlines() if "\t" in line] for block in blocks)
    return [TaggedSentence(tuple(r[0] for r in row), tuple(r[column] for r in row)) for row in rows if row]


def read_texts(path: Path) -> Iterator[str]:
    """The different texts of a file of labelled ones, without their labels: of a JSONL file each text of each row, cut
    into sentences where it is tokenised; of a CoNLL-U file each sentence. Both xz-compressed.

    Those of a JSONL file come shuffled: the two of a pair say nearly the same, and from one a network would copy.
    """
    if ".jsonl" in path.suffixes:
        fields = [row[field] for row in read_jsonl(path) for field in TEXT_FIELDS if field in row]
        random.Random(0).shuffle(fields)
        texts = (text for field in fields for text in TOKENISED_END.split(field))
    else:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            texts = iter([line.removeprefix(SENTENCE_LINE) for line in lines if line.startswith(SENTENCE_LINE)])
    yield from dict.fromkeys(text.strip() for text in texts)


def is_labelled(path: Path) -> bool:
    """Whether `read_texts` reads the file; raw text else."""
    return not {".jsonl", ".conllu"}.isdisjoint(path.suffixes)


def read_paragraphs(path: Path) -> Iterator[str]:
    """Each paragraph of an xz-compressed raw-text file, titles and lines under 40 characters left out.

    Of a file of labelled texts, each text.
    """
    if is_labelled(path):
        yield from read_texts(path)
        return
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if len(line) > 40:
                yield line.strip()


def split_sentences(paragraph: str) -> list[str]:
    """Sentences by punctuation followed by a capital: rough, but the same for training and dev text."""
    return SENTENCE_END.split(paragraph)


def draw_sentences(path: Path, rng: random.Random) -> list[str]:
    """The sentences of 8 to 60 words of a raw-text file, shuffled."""
    sentences = [s for p in read_paragraphs(path) for s in split_sentences(p) if 8 <= len(s.split()) <= 60]
    rng.shuffle(sentences)
    return sentences
