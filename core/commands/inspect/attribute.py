"""`python -m core inspect attribute`: how much an answer rests on each word."""

from typing import Annotated, Any

import typer

from core.commands.inspect.answer import CheckpointOption, OutputOption, open_engine, write
from core.errors import InputError
from core.inspect.attribution import Attribution
from core.inspect.choosing import EXPLAINED, choose
from core.inspect.methods import METHODS
from core.text.phrases import quoted

TaskOption = Annotated[str, typer.Option(help=f"What is asked: {', '.join(EXPLAINED)}.")]
TextOption = Annotated[str, typer.Option(help="The text; of a question the passage; with ___ where a word is hidden.")]
QuestionOption = Annotated[str, typer.Option(help="The question about the text.")]
PairOption = Annotated[str, typer.Option(help="The second text, of a pair.")]
TargetOption = Annotated[
    str, typer.Option(help="The class, name, answer or word that is explained; by default the model's best.")
]


def attribute(
    task: TaskOption,
    text: TextOption,
    method: Annotated[str, typer.Option(help=f"One of {', '.join(METHODS)}.")] = "integrated-gradients",
    question: QuestionOption = "",
    text_pair: PairOption = "",
    target: TargetOption = "",
    checkpoint: CheckpointOption = "",
    output: OutputOption = None,
) -> None:
    """The effect of each word on a class, a name, an answer, a fill or a cosine."""
    if method not in METHODS:
        raise InputError(f"There is no method {quoted(method)}.", f"Choose one of {', '.join(METHODS)}.")
    check_task(task)
    engine, id = open_engine(task, checkpoint)
    subject = choose(engine, id, task, text, question or text_pair, target)
    found = METHODS[method].explain(engine, id, subject)
    write(answer(found), output, found.provenance.unread)


def check_task(task: str) -> None:
    """InputError unless answers to the task can be explained."""
    if task not in EXPLAINED:
        raise InputError(f"{quoted(task)} cannot be explained.", f"Choose one of {', '.join(EXPLAINED)}.")


def answer(found: Attribution) -> dict[str, Any]:
    """{"target", "value", "baseline_value", "words": [{"start", "end", "text", "score"}], "completeness_error"}; words
    of several texts say which `field` they are of."""
    several = len(found.texts) > 1
    return {
        "target": found.target,
        "method": found.method,
        "measure": found.measure,
        "value": found.value,
        "baseline_value": found.baseline_value,
        "words": [
            ({"field": one.field} if several else {})
            | {
                "start": one.start,
                "end": one.end,
                "text": found.texts[one.field][one.start : one.end],
                "score": one.effect,
            }
            for one in found.words
        ],
        "completeness_error": found.completeness_error,
    }
