"""How much memory and time a distillation needs, before it starts: by its teacher, its plan and its rows."""

from collections.abc import Sequence
from dataclasses import replace

from core.checkpoints.catalog import Checkpoint
from core.distillation.plan import DistilPlan
from core.finetuning.duration import PER_READ, body, seconds_of
from core.finetuning.gather import TrainingRow
from core.finetuning.memory import (
    HIDDEN,
    PER_LOGIT,
    MemoryNeed,
    NetworkShape,
    lengths_before,
    memory_need,
    shape_before,
    sizes_before,
)

PER_STATE_READ = 4  # bytes of each number of a teacher's states, which are kept for as long as they are compared


def distil_need(teacher: NetworkShape, plan: DistilPlan, *, tokens: int, longest: int, held_out: int) -> MemoryNeed:
    """The parts for batches of so many `tokens`, rows of at most `longest` of them, and so many tokens of all rows that
    are `held_out`. The students take turns, so that there is one batch and one set of gradients."""
    sizes = {"tokens": tokens, "longest": longest, "held_out": held_out}
    student, students = teacher.with_layers(plan.layers), 1 + plan.labels_alone
    one = memory_need(student, plan.training, student.weights, **sizes)
    read = max(tokens, longest) * (teacher.layers + 1) * teacher.hidden * PER_STATE_READ if plan.hidden else 0
    logits = HIDDEN * tokens * teacher.vocabulary * PER_LOGIT if plan.soft and plan.task == "fill-mask" else 0.0
    return replace(
        one,
        weights=4 * teacher.weights / 1e6 + students * one.weights,
        loading=4 * teacher.weights / 1e6,
        moments=students * one.moments,
        best=students * one.best,
        activations=one.activations + (read + logits) / 1e6,
    )


def distil_need_before(
    row: Checkpoint, weights: int, plan: DistilPlan, rows: Sequence[TrainingRow], held_out: int
) -> MemoryNeed | None:
    """The need before any text is cut into tokens, by its characters; None if the configuration does not tell."""
    teacher = shape_before(row, weights)
    if teacher is None or not rows or plan.layers >= teacher.layers:
        return None
    return distil_need(teacher, plan, **sizes_before(row, plan.training, rows, held_out))


def distil_seconds_before(
    row: Checkpoint,
    weights: int,
    plan: DistilPlan,
    train: Sequence[TrainingRow],
    dev: Sequence[TrainingRow],
    *,
    bfloat16: bool,
) -> float:
    """About how long it takes on one processor core: the students learn, the teacher reads what one of them learns
    from, and all are asked in the end. 0 if the configuration does not tell."""
    teacher = shape_before(row, weights)
    if teacher is None or not train or plan.layers >= teacher.layers:
        return 0.0
    to_learn, held_out = lengths_before(row, train), lengths_before(row, dev)
    shape = teacher.with_layers(plan.layers)
    student = seconds_of(shape, plan.training, to_learn, held_out, bfloat16=bfloat16)
    read = sum(held_out) + (plan.epochs * sum(to_learn) if plan.soft or plan.hidden else 0)
    products = body(teacher, plan.training, sum(to_learn) / len(to_learn))
    return (1 + plan.labels_alone) * student + PER_READ * products * read
