"""The measures of trained heads, and of the encoder by the cosines of its vectors."""

from collections.abc import Sequence
from pathlib import Path

from core.engine import Engine
from core.files.metrics import accuracy, answer_f1, span_f1, spearman
from core.tasks.question_answering.schema import QuestionAnsweringRequest, QuestionAnsweringResult
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest
from core.tasks.text_classification.schema import TextClassificationRequest
from core.tasks.token_classification.schema import TokenClassificationRequest
from recipes.corpora import Record, TaggedSentence, read_conll, read_jsonl
from recipes.predict import Measures, predict

SCORED_KINDS = ("PER", "LOC", "ORG")


def measure_names(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """Strict span F1 over persons, places and organisations."""
    sentences = read_conll(file)
    requests = [TokenClassificationRequest(" ".join(s.words)) for s in sentences]
    results = predict(engine, "token-classification", checkpoint, requests)
    found = [{(e.start, e.end, e.entity_group) for e in r.entities if e.entity_group in SCORED_KINDS} for r in results]
    return {"span F1": span_f1(found, [gold_spans(s) for s in sentences])}, len(sentences)


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


def measure_answers(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """F1 of the best span of the questions that have an answer."""
    rows = [row for row in read_jsonl(file) if not row["is_impossible"]]
    results = ask(engine, checkpoint, rows)
    f1 = [answer_f1(result.answers[0].text, row["answers"]["text"]) for row, result in zip(rows, results, strict=True)]
    return {"F1 answerable": sum(f1) / len(rows)}, len(rows)


def measure_answerable(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """How often “is there an answer?” is right."""
    rows = read_jsonl(file)
    results = ask(engine, checkpoint, rows)
    judged = accuracy([r.best is None for r in results], [row["is_impossible"] for row in rows])
    return {"answerable or not": judged}, len(rows)


def ask(engine: Engine, checkpoint: str, rows: Sequence[Record]) -> list[QuestionAnsweringResult]:
    """The answers to the questions of the rows."""
    requests = [QuestionAnsweringRequest(row["question"], row["context"]) for row in rows]
    return predict(engine, "question-answering", checkpoint, requests)


def measure_sentiment(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """Accuracy of the two classes."""
    rows = read_jsonl(file)
    requests = [TextClassificationRequest(row["text"]) for row in rows]
    results = predict(engine, "text-classification", checkpoint, requests)
    gold = [("negative", "positive")[row["label"]] for row in rows]
    return {"accuracy": accuracy([r.labels[0].label for r in results], gold)}, len(rows)


def measure_inference(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """Accuracy of the three classes."""
    rows = read_jsonl(file)
    requests = [TextClassificationRequest(row["premise"], row["hypothesis"]) for row in rows]
    results = predict(engine, "text-classification", checkpoint, requests)
    return {"accuracy": accuracy([r.labels[0].label for r in results], [r["label"] for r in rows])}, len(rows)


def measure_similarity(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """Rank correlation of cosines with people's judgements."""
    rows = read_jsonl(file)
    requests = [SentenceSimilarityRequest(row["sentence1"], row["sentence2"]) for row in rows]
    results = predict(engine, "sentence-similarity", checkpoint, requests)
    value = spearman([r.similarity for r in results], [row["score"] for row in rows])
    return {"Spearman": value}, len(rows)
