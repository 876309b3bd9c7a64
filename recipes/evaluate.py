"""The table of dev scores: which checkpoint is measured on which file, through the engine on the committed weights."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from core.engine import Engine
from recipes.dev_sets import SQUAD, STAGE, WIKI
from recipes.heads import HEADS, MODULES
from recipes.hidden_words import MASK_SEED, measure_fill_mask, measure_milliseconds
from recipes.measures import (
    measure_answerable,
    measure_answers,
    measure_inference,
    measure_names,
    measure_sentiment,
    measure_similarity,
)
from recipes.next_sentence import measure_next_sentence
from recipes.pairs import measure_minimal_pairs, measure_word_order
from recipes.predict import Measures
from recipes.pretraining.bert import MiniBert
from recipes.pretraining.electra import MiniElectra
from recipes.stage import (
    FILE,
    stage_fill_mask,
    stage_inference,
    stage_names,
    stage_own_labels,
    stage_own_words,
    stage_questions,
    stage_sentiment,
    stage_swaps,
)

VARIANTS = (*MODULES, MiniElectra.generator_name)  # pretrained from scratch, alike
HEAD_SETS = {  # by the last part of the name of a head on a variant
    "sentiment": (("sentiment/sst2_dev.jsonl.xz", measure_sentiment),),
    "ner": (("ner/uner_ewt_dev.conll.xz", measure_names),),
    "nli": (("nli/snli_mnli_dev.jsonl.xz", measure_inference),),
    "qa": ((SQUAD, measure_answers), (SQUAD, measure_answerable)),
}


@dataclass(frozen=True)
class Score:
    """One line of the table."""

    checkpoint: str
    file: str
    measure: str
    value: float
    floor: float | None
    rows: int
    seconds: float


@dataclass(frozen=True)
class Measurement:
    """A dev file and how a checkpoint is measured on it: the values, and how many rows there were.

    `floors` are the least that is wanted of the weights.
    """

    checkpoint: str
    file: str
    measure: Callable[[Engine, str, Path], tuple[Measures, int]]
    floors: Mapping[str, float] = field(default_factory=dict)


def evaluate(engine: Engine, data: Path, *, only: str = "") -> Iterator[Score]:
    """Every line of the table whose checkpoint contains `only`, in order, as it is measured.

    UnknownNameError, before anything is measured, if the catalogue lacks one of the checkpoints.
    """
    chosen = [measurement for measurement in MEASUREMENTS if only in measurement.checkpoint]
    for measurement in chosen:
        engine.catalog[measurement.checkpoint]
    for measurement in chosen:
        began = time.perf_counter()
        file = FILE if measurement.file == STAGE else data / measurement.file
        measures, rows = measurement.measure(engine, measurement.checkpoint, file)
        seconds = time.perf_counter() - began
        for name, value in measures.items():
            floor = measurement.floors.get(name)
            yield Score(measurement.checkpoint, measurement.file, name, value, floor, rows, seconds)


def of_variant(variant: str) -> Iterator[Measurement]:
    """What a variant learned from raw text, and what a sentence costs it; a discriminator guesses no words."""
    if variant != MiniElectra.name:
        yield Measurement(variant, WIKI, measure_fill_mask)
    yield Measurement(variant, "minimal_pairs/blimp_public.jsonl.xz", measure_minimal_pairs)
    yield Measurement(variant, WIKI, measure_word_order)
    if variant == MiniBert.name:
        yield Measurement(variant, WIKI, measure_next_sentence)
    yield Measurement(variant, WIKI, measure_milliseconds)


MEASUREMENTS = (
    Measurement("minilm-ner", "ner/uner_ewt_dev.conll.xz", measure_names, {"span F1": 0.74}),
    Measurement("minilm-ner", "ner/btc_dev.conll.xz", measure_names),
    Measurement("minilm-ner", "ner/wikigold_dev.conll.xz", measure_names),
    Measurement("minilm-qa", SQUAD, measure_answers, {"F1 answerable": 0.74}),
    Measurement("minilm-qa", SQUAD, measure_answerable, {"answerable or not": 0.72}),
    Measurement("minilm-qa", "qa/qamr_dev.jsonl.xz", measure_answers),
    Measurement("minilm-sentiment", "sentiment/sst2_dev.jsonl.xz", measure_sentiment, {"accuracy": 0.89}),
    Measurement("minilm-nli", "nli/snli_mnli_dev.jsonl.xz", measure_inference, {"accuracy": 0.74}),
    Measurement("minilm-nli", "nli/breaking_nli_dev.jsonl.xz", measure_inference),
    Measurement("minilm-fill-mask", WIKI, measure_fill_mask, {"top-1": 0.50, "top-5": 0.70}),
    Measurement("minilm-fill-mask-short", WIKI, measure_fill_mask, {"top-1": 0.36, "top-5": 0.57}),
    Measurement("minilm", "sts/stsb_dev.jsonl.xz", measure_similarity, {"Spearman": 0.86}),
    Measurement("minilm-fill-mask", STAGE, stage_fill_mask, {"stage: gaps": 0.75}),
    Measurement("minilm-fill-mask", STAGE, stage_own_words),
    Measurement("minilm-swaps", "minimal_pairs/blimp_public.jsonl.xz", measure_minimal_pairs),
    Measurement("minilm-swaps", STAGE, stage_swaps, {"stage: swaps": 0.50}),
    Measurement("mini-electra", STAGE, stage_swaps),
    Measurement("minilm-ner", STAGE, stage_names),
    Measurement("minilm-qa", STAGE, stage_questions, {"stage: questions": 0.80}),
    Measurement("minilm-sentiment", STAGE, stage_sentiment, {"stage: sentiment": 0.85}),
    Measurement("minilm-nli", STAGE, stage_inference, {"stage: inference": 0.70}),
    Measurement("minilm-nli", STAGE, stage_own_labels, {"stage: own labels": 0.85}),
    *(measurement for variant in VARIANTS for measurement in of_variant(variant)),
    *(Measurement(recipe.name, *one) for recipe in HEADS for one in HEAD_SETS[recipe.name.rpartition("-")[2]]),
)


def show(scores: Sequence[Score]) -> None:
    """Prints the table."""
    table = Table(title=f"dev scores; hidden words drawn with seed {MASK_SEED}")
    for heading in ("checkpoint", "dev file", "measure"):
        table.add_column(heading, overflow="fold")
    for heading in ("score", "floor", "rows", "seconds"):
        table.add_column(heading, justify="right")
    for s in scores:
        floor = "" if s.floor is None else f"{s.floor:.2f}"
        table.add_row(s.checkpoint, s.file, s.measure, f"{s.value:.4f}", floor, f"{s.rows:,}", f"{s.seconds:.1f}")
    Console().print(table)
