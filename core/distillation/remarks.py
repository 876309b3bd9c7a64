"""What is said of rows for a teacher before anything starts: whether there are enough whose labels it knows."""

from collections.abc import Iterator, Sequence

from core.checkpoints.catalog import Checkpoint
from core.checkpoints.reading import read_object
from core.checkpoints.weights import folder_of
from core.compression.rows import known_rows
from core.distillation.plan import FEWEST_ROWS
from core.errors import InputError, PlaygroundError
from core.finetuning.gather import RowRemark, TrainingRow
from core.finetuning.plan import LABELLED, TrainedTask


def judge_teacher(
    row: Checkpoint, task: TrainedTask, train: Sequence[TrainingRow], dev: Sequence[TrainingRow]
) -> Iterator[RowRemark]:
    """What stands in the way of a teacher and these rows, and which of them it leaves out."""
    if len(train) < FEWEST_ROWS:
        yield RowRemark(
            "stop", f"So few rows to learn from ({len(train)}) teach nothing: add more, at least {FEWEST_ROWS}."
        )
    elif task in LABELLED and (classes := classes_of_teacher(row)):
        tags = task == "token-classification"
        try:
            known = [*known_rows(train, classes, tags=tags, fewest=FEWEST_ROWS)]
            known += known_rows(dev, classes, tags=tags, fewest=1)
        except InputError as e:
            yield RowRemark("stop", f"{e.message} {e.hint}")
            return
        if left := len(train) + len(dev) - len(known):
            some = "1 row is" if left == 1 else f"{left:,} rows are"
            yield RowRemark("warn", f"{some} left out: the teacher does not know the label.")


def classes_of_teacher(row: Checkpoint) -> tuple[str, ...]:
    """The classes of its head, by its configuration; none if that does not tell."""
    try:
        names = read_object(folder_of(row) / "config.json").get("id2label")
    except (OSError, PlaygroundError):
        return ()
    if not isinstance(names, dict) or not all(str(n).isdigit() for n in names):
        return ()
    return tuple(str(names[n]) for n in sorted(names, key=int))
