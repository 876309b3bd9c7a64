"""`python -m recipes train NAME --data DIR` trains an adapter again, `pretrain` a whole model; `evaluate` prints the
table of dev scores.
"""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer

from core.checkpoints.cards import card_file
from core.checkpoints.catalog import MODELS, Catalog, load_catalog
from core.errors import PlaygroundError, UnknownNameError
from core.first_answers import write as write_first_answers
from core.first_look import first_look, opening
from core.runtime.local import LocalEngine
from core.settings import Settings
from recipes import fill_mask, ner, nli, qa, sentiment, swaps
from recipes.average import average
from recipes.card import refresh, write_card, write_scores
from recipes.dev_sets import WIKI
from recipes.evaluate import Score, show
from recipes.evaluate import evaluate as measure
from recipes.heads import HEADS
from recipes.hidden_words import measure_guesses
from recipes.pretraining.bert import MiniBert
from recipes.pretraining.card import write_variant_card
from recipes.pretraining.deberta import MiniDeberta
from recipes.pretraining.distilbert import MiniDistilBert
from recipes.pretraining.electra import MiniElectra
from recipes.pretraining.loop import pretrain as run_pretraining
from recipes.pretraining.loop import snapshot as write_snapshot
from recipes.pretraining.minilm import MiniLmFillMask
from recipes.pretraining.roberta import MiniRoberta
from recipes.pretraining.variant import Variant, load_corpus
from recipes.train import train as train_adapter

RECIPES = {r.name: r for r in (*(m.RECIPE for m in (fill_mask, ner, qa, sentiment, nli, swaps)), *HEADS)}
FROM_SCRATCH = (MiniBert, MiniRoberta, MiniDistilBert, MiniElectra, MiniDeberta)
VARIANTS = {variant.name: variant for variant in (*FROM_SCRATCH, MiniLmFillMask)}
WRITTEN = {**VARIANTS, MiniElectra.generator_name: MiniElectra}  # by the folders they write

RUNS = Path("recipes/runs")
KEEP_MEMORY = {  # read by glibc as a process starts
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
    "MALLOC_TOP_PAD_": "268435456",
}

app = typer.Typer(add_completion=False, help="Train and measure the bundled models.")
Data = Annotated[Path, typer.Option(help="The folder with the training and dev files.", exists=True, file_okay=False)]


@app.command()
def train(
    name: str,
    data: Data,
    runs: Annotated[Path, typer.Option(help="Folder for checkpoints to resume from.")] = RUNS,
    out: Annotated[Path, typer.Option(help="Folder to write the adapter's folder to.")] = MODELS,
    threads: Annotated[int, typer.Option(help="Processor threads.")] = 2,
) -> None:
    """Trains the recipe NAME, resuming from its last checkpoint if there is one."""
    if name not in RECIPES:
        raise UnknownNameError("recipe", name, RECIPES)
    torch.set_num_threads(threads)
    train_adapter(RECIPES[name], data=data, runs=runs, out=out)


@app.command()
def pretrain(
    name: str,
    data: Data,
    tokens: Annotated[int, typer.Option(help="Token budget, including special tokens.")] = 150_000_000,
    runs: Annotated[Path, typer.Option(help="Folder for tokenized text and checkpoints to resume from.")] = RUNS,
    out: Annotated[Path, typer.Option(help="Folder to write the model's folder to.")] = MODELS,
    threads: Annotated[int, typer.Option(help="Processor threads.")] = 2,
) -> None:
    """Trains all weights of the variant NAME on raw text, resuming from its last checkpoint if there is one."""
    torch.set_num_threads(threads)
    run_pretraining(load_variant(name, data, runs, out), tokens=tokens, runs=runs, out=out)


@app.command()
def snapshot(
    name: str,
    data: Data,
    runs: Annotated[Path, typer.Option(help="Folder with its checkpoint.")] = RUNS,
    out: Annotated[Path, typer.Option(help="Folder to write the model's folder to.")] = RUNS / "snapshots",
    threads: Annotated[int, typer.Option(help="Processor threads.")] = 2,
) -> None:
    """Writes the variant NAME from its last checkpoint and prints how well it predicts hidden words."""
    torch.set_num_threads(threads)
    folder = write_snapshot(load_variant(name, data, runs, out), runs=runs, out=out)[-1]
    engine = LocalEngine()
    engine.catalog.add(replace(engine.catalog[fill_mask.RECIPE.name], id=name, base="", location=str(folder.resolve())))
    began = time.perf_counter()
    measures, rows = measure_guesses(engine, name, data / WIKI)
    seconds = time.perf_counter() - began
    show([Score(name, WIKI, measure, value, None, rows, seconds) for measure, value in measures.items()])


def load_variant(name: str, data: Path, runs: Path, out: Path) -> Variant:
    """The variant of this name with its text; UnknownNameError lists the known names."""
    if name not in VARIANTS:
        raise UnknownNameError("variant", name, VARIANTS)
    variant_class = VARIANTS[name]
    return variant_class(load_corpus(variant_class.tokenizer_kind, variant_class.files, data, runs), base=out)


@app.command(name="average")
def average_adapters(
    folders: Annotated[list[Path], typer.Argument(help="Folders of adapters of one recipe.", exists=True)],
    out: Annotated[Path, typer.Option(help="The adapter folder whose weights are replaced.", exists=True)],
) -> None:
    """Averages the weights of several trainings of one recipe."""
    average(folders, out)


@app.command()
def evaluate(
    data: Data,
    only: Annotated[str, typer.Option(help="Measure only checkpoints whose ID contains this.")] = "",
    write_cards: Annotated[bool, typer.Option(help="Write the scores into the model cards.")] = False,
) -> None:
    """Prints the dev scores of the committed weights."""
    engine = LocalEngine()
    scores = list(measure(engine, data, only=only))
    show(scores)
    if write_cards:
        for name in dict.fromkeys(score.checkpoint for score in scores):
            write_any_card(engine.catalog, name, [score for score in scores if score.checkpoint == name])


def write_any_card(catalog: Catalog, name: str, scores: Sequence[Score]) -> None:
    """Writes the card of an adapter, a variant pretrained from scratch, or a package."""
    row = catalog[name]
    file = card_file(row)
    if name in RECIPES:
        write_card(file.parent, RECIPES[name], row, catalog[row.base], scores)
    elif name in WRITTEN:
        write_variant_card(file.parent, WRITTEN[name], row, scores)
    else:
        write_scores(file, row, scores)


@app.command()
def cards() -> None:
    """Rewrites the front matter of every card from the table of scores in its text."""
    for row in load_catalog():
        refresh(card_file(row), row)


@app.command()
def first_answers() -> None:
    """Writes the answers that Home shows before the engine has started; needed after new weights or a new sentence."""
    engine = LocalEngine(Settings(dtype="float32", device="cpu"))
    write_first_answers(first_look(engine, engine.catalog, opening().sentence), engine.catalog)


def keep_memory() -> None:
    """Restarts this process so that it keeps freed memory: new pages at each step would cost a third of the time."""
    if sys.platform == "linux" and not KEEP_MEMORY.items() <= os.environ.items():
        os.execve(sys.executable, sys.orig_argv, {**os.environ, **KEEP_MEMORY})


def main() -> None:
    """Runs the command; an error is one sentence on standard error and exit code 2."""
    if sys.argv[1:2] in (["train"], ["pretrain"]):
        keep_memory()
    try:
        app()
    except PlaygroundError as e:
        print(e, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
