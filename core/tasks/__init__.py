"""The tasks, one file each; a new task is a file and a line here."""

from typing import Any

from core.errors import UnknownNameError
from core.task import TaskSpec
from core.tasks import (
    attention,
    candidate_ranking,
    feature_extraction,
    fill_mask,
    pseudo_likelihood,
    question_answering,
    replaced_token_detection,
    sentence_similarity,
    text_classification,
    token_classification,
    word_in_context,
    zero_shot_classification,
)

TASKS: dict[str, TaskSpec[Any, Any]] = {
    spec.name: spec
    for spec in (
        fill_mask.TASK,
        candidate_ranking.TASK,
        pseudo_likelihood.TASK,
        replaced_token_detection.TASK,
        token_classification.TASK,
        question_answering.TASK,
        text_classification.TASK,
        zero_shot_classification.TASK,
        sentence_similarity.TASK,
        feature_extraction.TASK,
        word_in_context.TASK,
        attention.TASK,
    )
}


def find_task(name: str) -> TaskSpec[Any, Any]:
    """The task of that name; UnknownNameError lists the known ones."""
    if name not in TASKS:
        raise UnknownNameError("task", name, TASKS)
    return TASKS[name]
