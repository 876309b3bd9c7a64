"""`python -m core pretrain`: a tiny network that learns from nothing, or two with different objectives."""

import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Annotated

import numpy as np
import typer

from core.commands.told_lines import EVERY_S, UNFINISHED, show_lines
from core.errors import InputError
from core.pretraining.card import NAMES, pretrained_card
from core.pretraining.job import PretrainFolder, PretrainOrder
from core.pretraining.plan import Contender, PretrainPlan, check_pretrain_plan
from core.pretraining.report import PretrainLine, PretrainOutcome, PretrainPoint
from core.pretraining.texts import cut, decode_text, hold_out, our_sentences
from core.text.masking import RATE
from core.training.finetune import DivergedError, use_threads
from core.training.fit import Step
from core.training.pretrain import Pretraining, PretrainText, start

STOPPED = "It was stopped."


def pretrain(
    output: Annotated[Path, typer.Option(help="Folder to write the network to, one inside it for each objective.")],
    text: Annotated[Path | None, typer.Option(help="Plain text in UTF-8; without it, our own sentences.")] = None,
    objective: Annotated[str, typer.Option(help=", ".join(NAMES))] = "masked-tokens",
    against: Annotated[str, typer.Option(help="A second objective, for comparison.")] = "",
    rate: Annotated[float, typer.Option(help="The share of the tokens that are chosen.")] = RATE,
    against_rate: Annotated[float, typer.Option(help="The same for the second objective.")] = RATE,
    layers: Annotated[int, typer.Option(help="Layers of the network.")] = 2,
    width: Annotated[int, typer.Option(help="Numbers in the vector of a token.")] = 128,
    heads: Annotated[int, typer.Option(help="Attention heads of a layer.")] = 4,
    pieces: Annotated[int, typer.Option(help="Size of the vocabulary; 0 takes mini-bert's.")] = 2000,
    seconds: Annotated[int, typer.Option(help="Of processor time for each objective.")] = 60,
    tokens: Annotated[int, typer.Option(help="Tokens to read for each, instead of --seconds.")] = 0,
    head_start: Annotated[bool, typer.Option(help="Words begin with vectors from counts of the text.")] = True,
    seed: Annotated[int, typer.Option(help="Where chance begins.")] = 13,
    sentence: Annotated[str, typer.Option(help="One gap, ___, whose fills are told.")] = "",
) -> None:
    """Pretrains a tiny network: a bar on a terminal, else one JSON object a line; the last ones have the scores."""
    contenders = [Contender(objective, rate)]  # type: ignore[arg-type]  # check_pretrain_plan tells
    if against:
        contenders.append(Contender(against, against_rate))  # type: ignore[arg-type]
    plan = PretrainPlan(
        tuple(contenders),
        layers=layers,
        width=width,
        heads=heads,
        pieces=pieces,
        seconds=0 if tokens else seconds,
        tokens=tokens,
        head_start=head_start,
        seed=seed,
        sentence=sentence,
    )
    check_pretrain_plan(plan)
    if text and not text.is_file():
        raise InputError(f"There is no file {text}.", "Check the name.")
    read = decode_text(text.name, text.read_bytes()) if text else ""
    if text:
        cut(read)
    folder = PretrainFolder(output / UNFINISHED)
    folder.write(PretrainOrder(tuple(NAMES[one.objective] for one in contenders), plan, read))
    show_lines(work(folder.path, Event()), 0, "score")
    for n, one in enumerate(contenders):
        if folder.model_of(n).exists():
            place = output / f"{n + 1}-{one.objective}"
            shutil.rmtree(place, ignore_errors=True)
            shutil.move(folder.model_of(n), place)
    folder.remove()


def work(folder: Path, stop: Event) -> Iterator[PretrainLine | str]:
    """What the pages start: tells of the pretraining whose order stands in the folder, until `stop` is set."""
    use_threads(1)
    home = PretrainFolder(folder)
    order = home.read()
    train, dev = hold_out(cut(order.text) if order.text else our_sentences())
    text = PretrainText(train, dev, order.plan)
    runs = [Pretraining(text, contender, order.plan) for contender in order.plan.contenders]
    for n, one in enumerate(runs):
        one.state.resume(home.state_of(n))
    yield (begun := start(text, runs))
    yield from taking_turns(runs, home, stop)
    for n, one in enumerate(runs):
        if one.state.step:
            state = one.state
            score = one.finish(home.model_of(n))
            best = state.best.step if state.best else state.step
            told = PretrainOutcome(n, best, score, round(state.seconds, 1), state.tokens, one.why or STOPPED)
            card = pretrained_card(order.names[n], one.contender, begun, told)
            (home.model_of(n) / "README.md").write_text(card, encoding="utf-8")
            yield told


def taking_turns(runs: Sequence[Pretraining], home: PretrainFolder, stop: Event) -> Iterator[PretrainLine | str]:
    """A step of whichever has spent least, until all are over; their states are on the disk at each point."""
    steps, told = [one.run() for one in runs], [0.0] * len(runs)
    while not stop.is_set() and (left := [n for n, one in enumerate(runs) if not one.why]):
        n = min(left, key=lambda n: runs[n].spent)
        one, step = runs[n], next(steps[n])
        if step.point and not np.isfinite(step.point.loss):
            raise DivergedError(f"The loss is no longer a number after step {step.step}.", "Try another seed.")
        if step.point or time.monotonic() - told[n] > EVERY_S:
            told[n] = time.monotonic()
            yield point(n, one, step)
        if step.point:
            one.state.write(home.state_of(n))


def point(n: int, one: Pretraining, step: Step) -> PretrainPoint:
    """What is told of a step."""
    scores = step.point.scores if step.point else {}
    dev_loss, score = (round(scores[name], 4) if scores else None for name in ("dev_loss", "score"))
    fills = tuple(one.fills()) if step.point else ()
    return PretrainPoint(
        n, step.step, step.tokens, round(one.state.seconds, 2), round(step.loss, 4), dev_loss, score, fills
    )
