"""The rows of files that `python -m core train` is given, read and judged."""

import sys
from pathlib import Path

from core.errors import InputError
from core.files.tables import KINDS, read_table
from core.finetuning.gather import ANSWER_NAMES, TrainingRow, guess_columns, read_rows, read_tagged, split
from core.finetuning.plan import TrainingPlan
from core.finetuning.remarks import judge

ReadRows = list[TrainingRow]


def gathered(plan: TrainingPlan, train: Path, dev: Path | None) -> tuple[ReadRows, ReadRows]:
    """The rows to learn from and those held out; what is odd about them is told on standard error."""
    rows = read(train, plan)
    to_learn, held_out = (rows, read(dev, plan)) if dev else split(rows, plan.seed, plan.task)
    for remark in judge(to_learn, held_out, plan.task, own_dev=dev is not None):
        if remark.kind == "stop":
            raise InputError(remark.message, "Change the file.")
        print(remark.message, file=sys.stderr)
    return to_learn, held_out


def read(file: Path, plan: TrainingPlan) -> ReadRows:
    """The rows of a file as the task needs them."""
    if not file.is_file():
        raise InputError(f"There is no file {file}.", "Check the name.")
    if plan.task == "token-classification" and file.suffix.lower().removeprefix(".") not in KINDS[:3]:
        return read_tagged(file.name, file.read_bytes())
    table = read_table(file.name, file.read_bytes(), as_json=ANSWER_NAMES if plan.task == "question-answering" else ())
    rows, remarks = read_rows(table, guess_columns(table, plan.task), plan.task)
    for remark in remarks:
        print(remark.message, file=sys.stderr)
    return rows
