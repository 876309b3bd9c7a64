"""Rows of our own to learn from and to be tested on, where nobody brings a file."""

from core.checkpoints.catalog import Checkpoint
from core.compression.own_pairs import pairs_apart
from core.compression.own_rows import reviews_apart, sentences_with_names
from core.distillation.own_questions import questions_apart
from core.distillation.plan import task_of
from core.finetuning.gather import TrainingRow, split
from core.finetuning.plan import SEED
from core.inspect.grammar import sentences

TEXTS = 1000  # in which words are hidden
Halves = tuple[tuple[TrainingRow, ...], tuple[TrainingRow, ...]]


def own_rows_apart(row: Checkpoint) -> Halves:
    """Rows to learn from and rows held out that suit a teacher. Of reviews, pairs and questions those are held out that
    nobody can know by heart: reviews that people wrote, and templates, scenes and kinds of facts that are not learned.
    """
    match task := task_of(row):
        case "question-answering":
            return questions_apart()
        case "text-classification":
            return pairs_apart() if row.zero_shot else reviews_apart()
        case "fill-mask":
            found = tuple(TrainingRow(n, (one.text,)) for n, one in enumerate(sentences(TEXTS), 1))
        case _:
            found = sentences_with_names()
    train, dev = split(found, SEED, task)
    return tuple(train), tuple(dev)
