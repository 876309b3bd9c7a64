"""The table of dev scores, measured through the engine on the committed weights."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from core.engine import Engine
from core.errors import PlaygroundError
from core.metrics import accuracy, answer_f1, span_f1, spearman
from core.requests import (
    FillMaskRequest,
    QuestionAnsweringRequest,
    Request,
    SentenceSimilarityRequest,
    TextClassificationRequest,
    TokenClassificationRequest,
)
from core.results import Result
from recipes.corpora import TaggedSentence, read_conll, read_jsonl, read_paragraphs, split_sentences
from recipes.loop import load_tokenizer

MASK_SEED = 2024
MASKED_SENTENCES = 1000
SCORED_KINDS = ("PER", "LOC", "ORG")


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


Measures = dict[str, tuple[float, float | None]]  # measure -> (value, floor)


@dataclass(frozen=True)
class Evaluation:
    """A dev file and how a checkpoint is measured on it: the values with their floors, and how many rows there were."""

    checkpoint: str
    file: str
    measure: Callable[["Evaluation", Engine, Path], tuple[Measures, int]]


def evaluate(engine: Engine, data: Path, *, only: str = "") -> Iterator[Score]:
    """Every line of the table whose checkpoint contains `only`, in order, as it is measured."""
    for evaluation in (e for e in EVALUATIONS if only in e.checkpoint):
        began = time.perf_counter()
        measures, rows = evaluation.measure(evaluation, engine, data)
        seconds = time.perf_counter() - began
        for name, (value, floor) in measures.items():
            yield Score(evaluation.checkpoint, evaluation.file, name, value, floor, rows, seconds)


def predict(engine: Engine, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
    """All results; raises the first error."""
    results = []
    for result in track(engine.stream(task, checkpoint, requests), checkpoint, total=len(requests), transient=True):
        if isinstance(result, PlaygroundError):
            raise result
        results.append(result)
    return results


def measure_fill_mask(self: Evaluation, engine: Engine, data: Path) -> tuple[Measures, int]:
    """One word hidden in each of 1,000 sentences: how often it is the first guess, and among the first five."""
    pairs = hide_words(data / self.file)
    requests = [FillMaskRequest(text) for text, _ in pairs]
    fills = [[f.text for f in r.masks[0].fills] for r in predict(engine, "fill-mask", self.checkpoint, requests)]
    top1 = sum(guesses[0] == word for guesses, (_, word) in zip(fills, pairs, strict=True)) / len(pairs)
    top5 = sum(word in guesses for guesses, (_, word) in zip(fills, pairs, strict=True)) / len(pairs)
    return {"top-1": (top1, 0.36), "top-5": (top5, 0.57)}, len(pairs)


def hide_words(file: Path) -> list[tuple[str, str]]:
    """Sentences with ___ for one alphabetic word of one piece, and that word in lower case."""
    vocabulary = load_tokenizer().get_vocab()
    rng = random.Random(MASK_SEED)
    sentences = [s for p in read_paragraphs(file) for s in split_sentences(p) if 8 <= len(s.split()) <= 60]
    rng.shuffle(sentences)
    pairs = []
    for sentence in sentences:
        words = sentence.split(" ")
        places = [n for n, word in enumerate(words) if word.isalpha() and word.lower() in vocabulary]
        if places and "_" not in sentence:
            place = rng.choice(places)
            pairs.append((" ".join([*words[:place], "___", *words[place + 1 :]]), words[place].lower()))
    return pairs[:MASKED_SENTENCES]


def measure_names(self: Evaluation, engine: Engine, data: Path) -> tuple[Measures, int]:
    """Strict span F1 over persons, places and organisations."""
    sentences = read_conll(data / self.file)
    requests = [TokenClassificationRequest(" ".join(s.words)) for s in sentences]
    results = predict(engine, "token-classification", self.checkpoint, requests)
    found = [{(e.start, e.end, e.entity_group) for e in r.entities if e.entity_group in SCORED_KINDS} for r in results]
    floor = 0.74 if "uner_ewt" in self.file else None
    return {"span F1": (span_f1(found, [gold_spans(s) for s in sentences]), floor)}, len(sentences)


def gold_spans(sentence: TaggedSentence) -> set[tuple[int, int, str]]:
    """Character spans, in the words joined by blanks, of the sentence's scored names."""
    spans: list[tuple[int, int, str]] = []
    start = 0
    for word, tag in zip(sentence.words, sentence.tags, strict=True):
        end = start + len(word)
        if tag.startswith("B-"):
            spans.append((start, end, tag[2:]))
        elif tag.startswith("I-"):
            spans[-1] = (spans[-1][0], end, spans[-1][2])
        start = end + 1
    return {span for span in spans if span[2] in SCORED_KINDS}


def measure_answers(self: Evaluation, engine: Engine, data: Path) -> tuple[Measures, int]:
    """F1 of the best span where there is an answer, and how often “is there one?” is right."""
    rows = read_jsonl(data / self.file)
    requests = [QuestionAnsweringRequest(row["question"], row["context"]) for row in rows]
    results = predict(engine, "question-answering", self.checkpoint, requests)
    answerable = [(row, result) for row, result in zip(rows, results, strict=True) if not row["is_impossible"]]
    f1 = sum(answer_f1(result.answers[0].text, row["answers"]["text"]) for row, result in answerable) / len(answerable)
    if len(answerable) == len(rows):
        return {"F1 answerable": (f1, None)}, len(rows)
    judged = accuracy([r.best is None for r in results], [row["is_impossible"] for row in rows])
    return {"F1 answerable": (f1, 0.74), "answerable or not": (judged, 0.72)}, len(rows)


def measure_sentiment(self: Evaluation, engine: Engine, data: Path) -> tuple[Measures, int]:
    """Accuracy of the two classes."""
    rows = read_jsonl(data / self.file)
    requests = [TextClassificationRequest(row["text"]) for row in rows]
    results = predict(engine, "text-classification", self.checkpoint, requests)
    gold = [("negative", "positive")[row["label"]] for row in rows]
    return {"accuracy": (accuracy([r.labels[0].label for r in results], gold), 0.89)}, len(rows)


def measure_inference(self: Evaluation, engine: Engine, data: Path) -> tuple[Measures, int]:
    """Accuracy of the three classes."""
    rows = read_jsonl(data / self.file)
    requests = [TextClassificationRequest(row["premise"], row["hypothesis"]) for row in rows]
    results = predict(engine, "text-classification", self.checkpoint, requests)
    return {"accuracy": (accuracy([r.labels[0].label for r in results], [r["label"] for r in rows]), 0.74)}, len(rows)


def measure_similarity(self: Evaluation, engine: Engine, data: Path) -> tuple[Measures, int]:
    """Rank correlation of cosines with people's judgements."""
    rows = read_jsonl(data / self.file)
    requests = [SentenceSimilarityRequest(row["sentence1"], row["sentence2"]) for row in rows]
    results = predict(engine, "sentence-similarity", self.checkpoint, requests)
    value = spearman([r.similarity for r in results], [row["score"] for row in rows])
    return {"Spearman": (value, 0.86)}, len(rows)


EVALUATIONS = (
    Evaluation("minilm-ner", "ner/uner_ewt_dev.conll.xz", measure_names),
    Evaluation("minilm-ner", "ner/btc_dev.conll.xz", measure_names),
    Evaluation("minilm-ner", "ner/wikigold_dev.conll.xz", measure_names),
    Evaluation("minilm-qa", "qa/squad_dev.jsonl.xz", measure_answers),
    Evaluation("minilm-qa", "qa/qamr_dev.jsonl.xz", measure_answers),
    Evaluation("minilm-sentiment", "sentiment/sst2_dev.jsonl.xz", measure_sentiment),
    Evaluation("minilm-nli", "nli/snli_mnli_dev.jsonl.xz", measure_inference),
    Evaluation("minilm-fill-mask", "raw/wiki_dev.txt.xz", measure_fill_mask),
    Evaluation("minilm", "sts/stsb_dev.jsonl.xz", measure_similarity),
)


def show(scores: Sequence[Score]) -> None:
    """Prints the table."""
    table = Table(title=f"dev scores; hidden words drawn with seed {MASK_SEED}")
    for heading in ("checkpoint", "dev file", "measure", "score", "floor", "rows", "seconds"):
        table.add_column(heading, justify="left" if heading in ("checkpoint", "dev file", "measure") else "right")
    for s in scores:
        floor = "" if s.floor is None else f"{s.floor:.2f}"
        table.add_row(s.checkpoint, s.file, s.measure, f"{s.value:.4f}", floor, f"{s.rows:,}", f"{s.seconds:.1f}")
    Console().print(table)
