"""Rows of our own to learn from and to be tested on, where nobody brings a file."""

from core.checkpoints.catalog import Checkpoint
from core.compression.own_rows import own_rows, reviews_apart
from core.distillation.plan import task_of
from core.errors import InputError
from core.finetuning.gather import TrainingRow, split
from core.finetuning.plan import SEED
from core.inspect.grammar import sentences

TEXTS = 1000  # in which words are hidden
Halves = tuple[tuple[TrainingRow, ...], tuple[TrainingRow, ...]]


def has_own_rows(row: Checkpoint) -> bool:
    """Whether some of our own rows suit a teacher."""
    try:
        own_rows_apart(row)
    except InputError:
        return False
    return True


def own_rows_apart(row: Checkpoint) -> Halves:
    """Rows to learn from and rows held out that suit a teacher; InputError if there are none. Held-out reviews are
    those that people wrote, and templates of which no sentence is learned from."""
    task = task_of(row)
    if task == "question-answering":
        message = f"There are no rows of our own for “{row.id}”, which answers questions."
        raise InputError(message, "Upload a file with questions, contexts and answers.")
    if task == "text-classification" and not row.zero_shot:
        return reviews_apart()
    if task == "fill-mask":
        found = tuple(TrainingRow(n, (one.text,)) for n, one in enumerate(sentences(TEXTS), 1))
    else:
        found = own_rows(row)
    train, dev = split(found, SEED, task)
    return tuple(train), tuple(dev)
