"""`python -m core inspect counterfactuals`: the smallest changes of words that change an answer."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from core.commands.inspect.answer import CheckpointOption, OutputOption, open_engine, write
from core.commands.inspect.attribute import PairOption, QuestionOption, TargetOption, TaskOption, TextOption, check_task
from core.inspect import counterfactuals as analysis
from core.inspect.choosing import choose
from core.inspect.counterfactuals import Counterfactuals


def counterfactuals(
    task: TaskOption,
    text: TextOption,
    proposer: Annotated[str, typer.Option(help="A model that fills gaps and proposes words; else the first.")] = "",
    question: QuestionOption = "",
    text_pair: PairOption = "",
    target: TargetOption = "",
    checkpoint: CheckpointOption = "",
    output: OutputOption = None,
) -> None:
    """Swaps of words that change the answer, the most natural first, and the shortest text that keeps it."""
    check_task(task)
    engine, id = open_engine(task, checkpoint)
    proposer = proposer or engine.catalog.supporting("fill-mask")[0].id
    engine.catalog.require("fill-mask", proposer)
    subject = choose(engine, id, task, text, question or text_pair, target)
    found = analysis.counterfactuals(engine, id, subject, proposer)
    write(answer(found, proposer), output, found.provenance.unread)


def answer(found: Counterfactuals, proposer: str) -> dict[str, Any]:
    """{"target", "value", "counterfactuals": [{"swaps", "texts", "becomes", "value", "naturalness"}], "tried",
    "reduced": {"texts", "left", "words", "value"}}"""
    return {
        "target": found.target,
        "value": found.value,
        "proposer": proposer,
        "counterfactuals": [asdict(one) | {"naturalness": one.naturalness} for one in found.found],
        "tried": found.tried,
        "reduced": asdict(found.reduced) if found.reduced else None,
    }
