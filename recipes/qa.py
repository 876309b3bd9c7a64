"""minilm-qa: the words of a passage that answer a question, or none, from encyclopedia passages and sentences."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from transformers import BertForQuestionAnswering, PreTrainedTokenizerBase

from core.checkpoints.catalog import Catalog, load_catalog
from core.models.encoding import Pieces
from core.models.tokenizer import Tokenizer
from core.runtime.local import LocalEngine
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.text.spans import Span
from core.training.examples import Example, Sequences, room
from core.training.objectives.spans import answer_pieces, span_loss
from recipes.corpora import Record, read_jsonl
from recipes.recipe import Recipe
from recipes.unanswerable import (
    beside_answer,
    of_another_passage,
    of_another_subject,
    renamed,
    shortened,
    without_answer,
)

PASSAGES, SEARCHES, SENTENCES = FILES = (
    "qa/squad_train.jsonl.xz",
    "qa/nq_qed_train.jsonl.xz",
    "qa/qamr_train.jsonl.xz",
)
LONGEST = 227  # tokens of one window
LONGEST_QUESTION = 48  # pieces
HELD_OUT = ("Prime_number", "University_of_Chicago", "Victoria_(Australia)")  # articles kept for `calibrate`
EVERY_NTH_SENTENCE = 2  # questions on single sentences are many, and alike
ANSWERABLE = 0.72  # share of questions with an answer that `calibrate` supposes; SQuAD 2.0 has 2 / 3
WITHOUT_ANSWER = 0.05  # share of questions that are read once more, their passage without the sentence of the answer
ANOTHER_PASSAGE = 0.1  # share of questions that are read once more, with another passage of their article
ANOTHER_SENTENCE = 0.25  # share of questions on single sentences that are read once more, with another sentence
SHORTENED = 0.4  # share of the questions that are read once more, on one to three sentences of their passage
BESIDE_ANSWER = 0.15  # share of the questions with an answer that are read once more, on sentences without it
ANOTHER_SUBJECT = 0.25  # share of the questions that are asked once more, of what another passage is about
RENAMED = 0.1  # share of the questions that are read once more, a name exchanged in question and passage
SENTENCES_TRIED = 100  # of which the one that shares most words with the question is that other sentence
CLS = 0  # the position that means “no answer”


def read_questions(data: Path, tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """Windows of question and passage with the positions where the answer starts and ends."""
    rng = np.random.default_rng(5)
    passages, sentences = read_passages(data), read_jsonl(data / SENTENCES)[::EVERY_NTH_SENTENCE]
    answered = [row for row in passages if not row["is_impossible"]]
    made = [without_answer(row) for row in answered if rng.random() < WITHOUT_ANSWER]
    made += with_another_passage(passages, rng, ANOTHER_PASSAGE)
    made += with_another_sentence(sentences, rng)
    made += on_short_passages(passages, answered + sentences, rng)
    return encode_all(passages + sentences + [row for row in made if row], rng, tokenizer)


def read_passages(data: Path) -> list[Record]:
    """Questions on passages, those that they do not answer too."""
    return [row for file in (PASSAGES, SEARCHES) for row in read_jsonl(data / file) if row["title"] not in HELD_OUT]


def with_another_passage(rows: Sequence[Record], rng: np.random.Generator, share: float) -> list[Record | None]:
    """A share of the questions that have an answer, with another passage of their article; None where there is none."""
    articles: dict[str, dict[str, None]] = {}  # title -> its passages, in order
    for row in rows:
        articles.setdefault(row["title"], {})[row["context"]] = None
    answered = (row for row in rows if not row["is_impossible"])
    return [of_another_passage(row, list(articles[row["title"]])) for row in answered if rng.random() < share]


def with_another_sentence(rows: Sequence[Record], rng: np.random.Generator) -> list[Record | None]:
    """Some of the questions on single sentences, with a sentence of another one; None where all have the answer.

    Without them a network learns that single sentences always answer.
    """
    sentences = sorted({row["context"] for row in rows})
    chosen = (row for row in rows if rng.random() < ANOTHER_SENTENCE)
    return [
        of_another_passage(row, [sentences[n] for n in rng.integers(len(sentences), size=SENTENCES_TRIED)])
        for row in chosen
    ]


def on_short_passages(
    passages: Sequence[Record], answered: Sequence[Record], rng: np.random.Generator
) -> Iterator[Record | None]:
    """Questions on one to three sentences, as people paste them, half of them with an answer; None where one cannot be
    made. `answered` are questions with an answer, also those on single sentences.
    """
    yield from (shortened(row, rng) for row in passages if rng.random() < SHORTENED)
    for row in passages:
        if not row["is_impossible"] and rng.random() < BESIDE_ANSWER:
            yield beside_answer(row, rng)
    for row in answered:
        other = shortened(answered[rng.integers(len(answered))], rng)
        if rng.random() < ANOTHER_SUBJECT:
            yield of_another_subject(row, other, rng)
        if rng.random() < RENAMED:
            yield renamed(shortened(row, rng), other, rng)


def encode_all(rows: Sequence[Record], rng: np.random.Generator, tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """One window of each row."""
    cutter = Tokenizer(tokenizer, room(tokenizer, LONGEST))
    passages = {text: cutter.pieces(text) for text in {r["context"] for r in rows}}  # most have several questions
    return Sequences(
        [encode(row, cutter.pieces(row["question"]), passages[row["context"]], rng, cutter) for row in rows]
    )


def encode(row: Record, question: Pieces, context: Pieces, rng: np.random.Generator, tokenizer: Tokenizer) -> Example:
    """One window; a passage that is too long is cut at random, around the answer if there is one."""
    question = question[:LONGEST_QUESTION]
    span = None if row["is_impossible"] else answer_pieces(first_answer(row), context.offsets)
    size = tokenizer.room(pair=True) - len(question)
    first, last = span or (0, 0)
    last = min(last, first + size - 1)
    lowest = max(0, last - size + 1) if span else 0
    highest = min(first, len(context) - size) if span else len(context) - size
    start = int(rng.integers(lowest, max(lowest, highest) + 1)) if len(context) > size else 0
    window = tokenizer.join(question, context[start : start + size])
    before = int(window.positions(1)[0])
    labels = (before + first - start, before + last - start) if span else (CLS, CLS)
    return Example(window.ids, window.type_ids if tokenizer.uses_type_ids else (), labels)


def first_answer(row: Record) -> Span:
    """The characters of the first answer."""
    start: int = row["answers"]["answer_start"][0]
    return start, start + len(row["answers"]["text"][0])


def calibrate(folder: Path, data: Path) -> None:
    """Writes into config.json the `no_answer_bias` that fits the held-out articles."""
    rows = [row for row in read_jsonl(data / PASSAGES) if row["title"] in HELD_OUT]
    write_bias(folder, 0.0)
    adapter = replace(load_catalog()["minilm-qa"], location=str(folder.resolve()))
    engine = LocalEngine(catalog=Catalog([load_catalog()["minilm"], adapter]))
    requests = [QuestionAnsweringRequest(row["question"], row["context"], top_k=1) for row in rows]
    results = list(engine.stream("question-answering", "minilm-qa", requests))
    margins = np.array([np.log(r.answers[0].score) - np.log(r.no_answer_score) for r in results])
    write_bias(folder, fitting_bias(margins, np.array([not row["is_impossible"] for row in rows])))


def fitting_bias(margins: NDArray[np.float64], answerable: NDArray[np.bool_]) -> float:
    """The bias with which “no answer” is said as often as there is none, if `ANSWERABLE` of all questions have one.

    `margins` are log-odds of the best answer against “no answer”, (questions,). The bias that is right most often would
    hardly ever say “no answer” where a network tells the two apart badly.
    """
    shares = np.where(answerable, ANSWERABLE / answerable.sum(), (1 - ANSWERABLE) / (~answerable).sum())
    order = np.argsort(margins)
    return float(margins[order][np.searchsorted(np.cumsum(shares[order]), 1 - ANSWERABLE)])


def write_bias(folder: Path, bias: float) -> None:
    """Sets `no_answer_bias`, which the engine adds to the logit of “no answer”."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"no_answer_bias": round(bias, 3)}, indent=2) + "\n")


RECIPE = Recipe(
    name="minilm-qa",
    model_class=BertForQuestionAnswering,
    examples=read_questions,
    loss=span_loss,
    files=FILES,
    steps=2500,
    batch_tokens=4096,
    learning_rate=6e-4,
    rank=64,
    heads=("qa_outputs",),
    finish=calibrate,
    history="These weights are the mean of two adapters, made by `recipes average`. The first is itself a mean, of"
    " four trainings on a processor, and had not seen questions on short passages. For the second, two networks "
    "were trained with all their weights on the questions of this recipe, for 2,281 and 2,800 steps of 8,192 tokens"
    " at 1e-4 and 1.5e-4. An adapter learned from them for 1,877 steps at 8e-4. Its mean with the first, in shares "
    "of 0.3 and 0.7, then went on for 903 steps at 5e-4, with the first as its teacher on passages and mostly the "
    "other on one to three sentences; the curve given here is that of these steps, on a graphics card. In each "
    "training, the learning rate decayed to zero. The shares of the means and the share of questions that are taken"
    " to have an answer were chosen on `qa/squad_dev.jsonl.xz`, so its scores are slightly optimistic. More than a "
    "third of its questions come from one article on a football final; all of them have an answer, and the first "
    "adapter is the most confident there.",
    limits="English only. The answer is always one span of the passage. It does not count, compare or combine facts. "
    "It wrongly answers about half of the questions that were written to look answerable but have no answer.",
)
