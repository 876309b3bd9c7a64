"""Labelled rows in the pieces of a network, and the classes that it has to tell apart."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from core.checkpoints.catalog import Checkpoint
from core.finetuning.gather import TrainingRow, classes_of
from core.hub.configuration import read_config
from core.models.loader import Loader
from core.training.examples import Example, Sequences, segments
from core.training.objectives.tags import piece_labels, words_of_pieces


class RowEncoder:
    """Rows in pieces: one class for a text or two, or one for each piece of a sentence whose words have `tags`."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, classes: Sequence[str], *, longest: int, tags: bool) -> None:
        """`longest` in pieces; what is longer is cut."""
        self.tokenizer, self.classes, self.longest, self.tags = tokenizer, list(classes), longest, tags

    def encode(self, rows: Sequence[TrainingRow]) -> Sequences:
        """The rows in pieces, cut at the longest that the network reads."""
        return Sequences([self._example(row) for row in rows])

    def _example(self, row: TrainingRow) -> Example:
        if not self.tags:
            encoded = self.tokenizer([row.texts[0]], row.texts[1:] or None, truncation=True, max_length=self.longest)
            return Example(encoded["input_ids"][0], segments(encoded)[0], [self.classes.index(row.labels[0])])
        encoded = self.tokenizer([" ".join(row.texts)], truncation=True, max_length=self.longest)
        kinds = {name.partition("-")[2]: name.partition("-")[2] for name in self.classes if name != "O"}
        words = words_of_pieces(encoded, row.texts)
        labels = list(piece_labels(words, row.labels, kinds, self.classes, self.classes.index("O")))
        return Example(encoded["input_ids"][0], segments(encoded)[0], labels)

    def word_starts(self, row: TrainingRow) -> Iterator[tuple[int, int]]:
        """The first piece of each word that is read, as (piece, word): it speaks for the word."""
        encoded = self.tokenizer([" ".join(row.texts)], truncation=True, max_length=self.longest)
        known: set[int] = set()
        for piece, word in enumerate(words_of_pieces(encoded, row.texts)):
            if word is not None and word not in known:
                known.add(word)
                yield piece, word


def own_classes(row: Checkpoint, train: Sequence[TrainingRow], loader: Loader) -> tuple[str, ...]:
    """The classes to learn; those of the checkpoint's own head if they contain all labels: then it goes on learning."""
    found, known = classes_of(train), trained_classes(row, loader)
    return known if known and set(found) <= set(known) else complete(found)


def complete(names: tuple[str, ...]) -> tuple[str, ...]:
    """Tags with both B- and I- for each kind of name; other classes as they are."""
    kinds = sorted({name.partition("-")[2] for name in names if name[:2] in ("B-", "I-")})
    if "O" not in names or not kinds:
        return names
    return ("O", *(f"{prefix}-{kind}" for kind in kinds for prefix in "BI"))


def trained_classes(row: Checkpoint, loader: Loader) -> tuple[str, ...]:
    """The classes of the checkpoint's own head; none where it has another head."""
    if row.head not in ("sequence-classification", "token-classification"):
        return ()
    config: Any = read_config(loader.folder(row), row.id)
    return tuple(config.id2label[n] for n in sorted(config.id2label))


def class_weights(rows: Sequence[TrainingRow], classes: Sequence[str]) -> Tensor:
    """One for a class of average size, more for a rare one: rows / (classes · rows of the class)."""
    counts = np.array([sum(row.labels.count(name) for row in rows) for name in classes], dtype=np.float64)
    return torch.tensor(counts.sum() / (np.count_nonzero(counts) * np.maximum(counts, 1)), dtype=torch.float32)
