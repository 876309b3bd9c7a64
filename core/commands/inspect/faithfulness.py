"""`python -m core inspect faithfulness`: whether the words that methods name are those that an answer rests on."""

from math import isinf
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from core.commands.inspect.answer import CheckpointOption, OutputOption, open_engine, write
from core.commands.inspect.attribute import PairOption, QuestionOption, TargetOption, TaskOption, TextOption, check_task
from core.commands.inspect.input_rows import (
    InputOption,
    LabelColumnOption,
    TextColumnOption,
    check_source,
    read_rows,
)
from core.errors import InputError
from core.inspect import faithfulness as analysis
from core.inspect.choosing import choose
from core.inspect.faithfulness import FRACTIONS, Curve, Faithfulness
from core.inspect.faithfulness_run import FaithfulnessRun, FileFaithfulness
from core.inspect.methods import METHODS
from core.jobs import State
from core.text.phrases import quoted


def faithfulness(
    task: TaskOption,
    text: TextOption = "",
    method: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(METHODS)}, again for each further one; else all.")
    ] = None,
    erasure: Annotated[str, typer.Option(help="How words are taken away: delete or mask.")] = "delete",
    question: QuestionOption = "",
    text_pair: PairOption = "",
    target: TargetOption = "",
    input: InputOption = None,
    text_column: TextColumnOption = "",
    label_column: LabelColumnOption = "",
    checkpoint: CheckpointOption = "",
    output: OutputOption = None,
) -> None:
    """Comprehensiveness and sufficiency of each method beside those of random orders, of one text or of a file."""
    for name in method or ():
        if name not in METHODS:
            raise InputError(f"There is no method {quoted(name)}.", f"Choose one of {', '.join(METHODS)}.")
    check_task(task)
    check_source(text, input)
    methods = tuple(method or METHODS)
    way: Any = erasure  # one that does not exist is refused there
    rows = read_rows(task, input, text_column, label_column) if input else ()
    engine, id = open_engine(task, checkpoint)
    if input:
        work = FaithfulnessRun(task, (id,), rows, way, methods)
        work.run(engine, None, state := State(work.total))
        write(file_answer(state.result[0], way), output)
        return
    subject = choose(engine, id, task, text, question or text_pair, target)
    found = analysis.faithfulness(engine, id, subject, methods, way)
    write(answer(found), output, found.provenance.unread)


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


def file_answer(found: FileFaithfulness, erasure: str) -> dict[str, Any]:
    """{"checkpoint", "texts", "bad", "first_bad", "fractions", "methods": [{"method", "comprehensiveness",
    "sufficiency", "faithfulness", "error", "gain", "gain_error", "beats", "curves"}], "random": […]}: means over the
    texts, with the standard error of `faithfulness` and of `gain`, by how much it is above that of random orders.
    InputError if no row has an answer."""
    if not found.texts:
        raise InputError(f"No row has an answer. {found.first_bad}")
    means = {name: pair for name, pair in zip(found.methods, found.means, strict=False)}
    return {
        "checkpoint": found.checkpoint,
        "measure": found.measure,
        "erasure": erasure,
        "texts": len(found.texts),
        "bad": found.bad,
        "first_bad": found.first_bad,
        "fractions": list(FRACTIONS),
        "methods": [
            {
                "method": one.name,
                "comprehensiveness": one.comprehensive,
                "sufficiency": one.sufficient,
                "faithfulness": one.faithful,
                "error": finite(one.error),
                "gain": one.gain,
                "gain_error": finite(one.gain_error),
                "beats": one.beats,
                "curves": curves(means[one.name]),
            }
            for one in found.scores
        ],
        "random": [curves(pair) for pair in found.means[len(found.methods) :]],
    }


def finite(error: float) -> float | None:
    """A standard error, which one text does not have."""
    return None if isinf(error) else error


def curves(pair: NDArray[np.float64]) -> dict[str, list[float]]:
    """Both curves, (2, fractions)."""
    return {"comprehensiveness": pair[0].tolist(), "sufficiency": pair[1].tolist()}
