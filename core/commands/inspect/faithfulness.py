"""`python -m core inspect faithfulness`: whether the words that methods name are those that an answer rests on."""

from typing import Annotated, Any

import typer

from core.commands.inspect.answer import CheckpointOption, OutputOption, open_engine, write
from core.commands.inspect.attribute import PairOption, QuestionOption, TargetOption, TaskOption, TextOption, check_task
from core.errors import InputError
from core.inspect import faithfulness as analysis
from core.inspect.choosing import choose
from core.inspect.faithfulness import FRACTIONS, Curve, Faithfulness
from core.inspect.methods import METHODS
from core.text.phrases import quoted


def faithfulness(
    task: TaskOption,
    text: TextOption,
    method: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(METHODS)}, again for each further one; else all.")
    ] = None,
    erasure: Annotated[str, typer.Option(help="How words are taken away: delete or mask.")] = "delete",
    question: QuestionOption = "",
    text_pair: PairOption = "",
    target: TargetOption = "",
    checkpoint: CheckpointOption = "",
    output: OutputOption = None,
) -> None:
    """Comprehensiveness and sufficiency of each method beside those of random orders."""
    for name in method or ():
        if name not in METHODS:
            raise InputError(f"There is no method {quoted(name)}.", f"Choose one of {', '.join(METHODS)}.")
    check_task(task)
    engine, id = open_engine(task, checkpoint)
    subject = choose(engine, id, task, text, question or text_pair, target)
    way: Any = erasure  # one that does not exist is refused there
    write(answer(analysis.faithfulness(engine, id, subject, tuple(method or METHODS), way)), output)


def answer(found: Faithfulness) -> dict[str, Any]:
    """{"target", "value", "fractions", "methods": [{"method", "comprehensiveness", "sufficiency", "curves", "beats"}],
    "random": [{"comprehensiveness", "sufficiency"}]}; `beats` is the share of random orders that are less faithful."""
    return {
        "target": found.target,
        "value": found.value,
        "measure": found.measure,
        "erasure": found.erasure,
        "words": found.words,
        "fractions": list(FRACTIONS),
        "methods": [{"method": one.name, **numbers(one), "beats": found.beaten(one)} for one in found.curves],
        "random": [numbers(one) for one in found.random],
    }


def numbers(one: Curve) -> dict[str, Any]:
    """Both means and both curves."""
    return {
        "comprehensiveness": one.comprehensive,
        "sufficiency": one.sufficient,
        "curves": {"comprehensiveness": list(one.comprehensiveness), "sufficiency": list(one.sufficiency)},
    }
