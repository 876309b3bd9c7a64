"""The stage list: what someone might type in front of a class, and how often a person would accept the answer."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from core.engine import Engine
from core.files.metrics import normalized_words
from core.tasks.candidate_ranking.schema import CandidateRankingRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest
from core.tasks.text_classification.schema import TextClassificationRequest
from core.tasks.token_classification.schema import TokenClassificationRequest, TokenClassificationResult
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest
from recipes.corpora import Record
from recipes.dev_sets import STAGE
from recipes.predict import Measures, predict

FILE = Path(__file__).with_name(STAGE)
ACCEPTED = 3  # fills of which one has to be accepted


def read_stage(file: Path, section: str) -> list[Record]:
    """The rows of one section."""
    return tomllib.loads(file.read_text(encoding="utf-8"))[section]


def share(fit: Sequence[bool], name: str) -> tuple[Measures, int]:
    """How many of the rows are fit."""
    return {name: sum(fit) / len(fit)}, len(fit)


def stage_fill_mask(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """An accepted word among the first three; and how often the first is a copy of a word of the sentence."""
    rows = read_stage(file, "fill-mask")
    results = predict(engine, "fill-mask", checkpoint, [FillMaskRequest(row["text"]) for row in rows])
    fills = [[fill.text.strip().lower() for fill in result.masks[0].fills] for result in results]
    fit = [not set(words[:ACCEPTED]).isdisjoint(row["accept"]) for words, row in zip(fills, rows, strict=True)]
    copied = [
        words[0] in re.findall(r"\w+", row["text"].lower()) and words[0] not in row["accept"]
        for words, row in zip(fills, rows, strict=True)
    ]
    return share(fit, "stage: gaps")[0] | share(copied, "stage: copies")[0], len(rows)


def stage_own_words(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """The right one of three words comes first."""
    rows = read_stage(file, "own-words")
    requests = [CandidateRankingRequest(row["text"], tuple(row["words"])) for row in rows]
    results = predict(engine, "candidate-ranking", checkpoint, requests)
    fit = [result.candidates[0].text == row["words"][0] for result, row in zip(results, rows, strict=True)]
    return share(fit, "stage: own words")


def stage_swaps(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """The swapped word is the most suspicious."""
    rows = read_stage(file, "swaps")
    requests = [ReplacedTokenDetectionRequest(row["text"]) for row in rows]
    results = predict(engine, "replaced-token-detection", checkpoint, requests)
    found = [result.most_suspicious for result in results]
    fit = [word is not None and word.text == row["swapped"] for word, row in zip(found, rows, strict=True)]
    return share(fit, "stage: swaps")


def stage_names(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """All names and no others, each of its kind; those that a person may see either way do not count."""
    rows = read_stage(file, "names")
    results = predict(
        engine, "token-classification", checkpoint, [TokenClassificationRequest(row["text"]) for row in rows]
    )
    return share([fits(result, row) for result, row in zip(results, rows, strict=True)], "stage: names")


def fits(result: TokenClassificationResult, row: Record) -> bool:
    """Whether the names of a sentence are those of the list."""
    found = {(entity.text, entity.entity_group) for entity in result.entities}
    return found - set(map(tuple, row.get("may", ()))) == set(map(tuple, row["found"]))


def stage_questions(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """An accepted answer, or none where the passage has none."""
    rows = read_stage(file, "questions")
    requests = [QuestionAnsweringRequest(row["question"], row["context"]) for row in rows]
    results = predict(engine, "question-answering", checkpoint, requests)
    said = [normalized_words(result.best.text) if result.best else None for result in results]
    accepted = [[normalized_words(answer) for answer in row["accept"]] or [None] for row in rows]
    return share([one in fine for one, fine in zip(said, accepted, strict=True)], "stage: questions")


def stage_sentiment(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """The label that a person would give."""
    rows = read_stage(file, "sentiment")
    requests = [TextClassificationRequest(row["text"]) for row in rows]
    return first_label(engine, "text-classification", checkpoint, requests, rows, "stage: sentiment")


def stage_inference(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """The same for pairs."""
    rows = read_stage(file, "inference")
    requests = [TextClassificationRequest(row["text"], row["second"]) for row in rows]
    return first_label(engine, "text-classification", checkpoint, requests, rows, "stage: inference")


def stage_own_labels(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """The label that fits comes first."""
    rows = [row | {"label": row["labels"][0]} for row in read_stage(file, "own-labels")]
    requests = [ZeroShotClassificationRequest(row["text"], tuple(row["labels"])) for row in rows]
    return first_label(engine, "zero-shot-classification", checkpoint, requests, rows, "stage: own labels")


def first_label(
    engine: Engine, task: str, checkpoint: str, requests: Sequence[object], rows: Sequence[Record], name: str
) -> tuple[Measures, int]:
    """How often the most probable label is the one of the row."""
    results = predict(engine, task, checkpoint, requests)
    return share([result.labels[0].label == row["label"] for result, row in zip(results, rows, strict=True)], name)
