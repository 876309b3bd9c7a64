"""minilm-qa: the words of a passage that answer a question, or none, from encyclopedia passages and sentences."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from torch import Tensor
from torch.nn import functional
from transformers import BertForQuestionAnswering, PreTrainedModel, PreTrainedTokenizerBase

from core.catalog import Catalog, load_catalog
from core.local_engine import LocalEngine
from core.requests import QuestionAnsweringRequest, Span
from core.tokenization import Pieces, Tokenizer
from recipes.corpora import Row, read_jsonl
from recipes.examples import Example, Sequences, model_inputs, room
from recipes.recipe import Batch, Recipe
from recipes.unanswerable import asking_otherwise, of_another_passage, without_answer

PASSAGES, SEARCHES, SENTENCES = FILES = (
    "qa/squad_train.jsonl.xz",
    "qa/nq_qed_train.jsonl.xz",
    "qa/qamr_train.jsonl.xz",
)
LONGEST = 227  # tokens of one window
LONGEST_QUESTION = 48  # pieces
HELD_OUT = ("Prime_number", "University_of_Chicago", "Victoria_(Australia)")  # articles kept for `calibrate`
EVERY_NTH_SENTENCE = 2  # questions on single sentences are many, and alike
ANSWERABLE = 2 / 3  # share of questions with an answer that `calibrate` supposes
IMPOSSIBLE_WEIGHT = 2  # times that a question without an answer is read an epoch
WITHOUT_ANSWER = 0.15  # share of questions that are read once more, their passage without the sentence of the answer
ANOTHER_PASSAGE = 0.3  # share of questions that are read once more, with another passage of their article
ASKING_OTHERWISE = 0.3  # share of questions that are read once more, turned so that the passage does not answer them
CLS = 0  # the position that means “no answer”


def read_questions(data: Path, tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """Windows of question and passage with the positions where the answer starts and ends."""
    rng = np.random.default_rng(5)
    rows = read_passages(data)
    impossible = [row for row in rows if row["is_impossible"]] * (IMPOSSIBLE_WEIGHT - 1)
    answered = [row for row in rows if not row["is_impossible"]]
    made = [without_answer(row) for row in answered if rng.random() < WITHOUT_ANSWER]
    made += with_another_passage(rows, rng)
    made += [asking_otherwise(row, rng) for row in answered if rng.random() < ASKING_OTHERWISE]
    rows += impossible + [row for row in made if row]
    rows += read_jsonl(data / SENTENCES)[::EVERY_NTH_SENTENCE]
    return encode_all(rows, rng, tokenizer)


def read_passages(data: Path) -> list[Row]:
    """Questions on passages, those that they do not answer too."""
    return [row for file in (PASSAGES, SEARCHES) for row in read_jsonl(data / file) if row["title"] not in HELD_OUT]


def with_another_passage(rows: Sequence[Row], rng: np.random.Generator) -> list[Row | None]:
    """Some of the questions that have an answer, with another passage of their article; None where there is none."""
    articles: dict[str, dict[str, None]] = {}  # title -> its passages, in order
    for row in rows:
        articles.setdefault(row["title"], {})[row["context"]] = None
    answered = (row for row in rows if not row["is_impossible"])
    return [of_another_passage(row, list(articles[row["title"]])) for row in answered if rng.random() < ANOTHER_PASSAGE]


def encode_all(rows: Sequence[Row], rng: np.random.Generator, tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """One window of each row."""
    cutter = Tokenizer(tokenizer, room(tokenizer, LONGEST))
    passages = {text: cutter.pieces(text) for text in {r["context"] for r in rows}}  # most have several questions
    return Sequences(
        [encode(row, cutter.pieces(row["question"]), passages[row["context"]], rng, cutter) for row in rows]
    )


def encode(row: Row, question: Pieces, context: Pieces, rng: np.random.Generator, tokenizer: Tokenizer) -> Example:
    """One window; a passage that is too long is cut at random, around the answer if there is one."""
    question = question[:LONGEST_QUESTION]
    span = None if row["is_impossible"] else answer_pieces(row, context.offsets)
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


def answer_pieces(row: Row, offsets: Sequence[Span]) -> tuple[int, int] | None:
    """The first and last piece of the first answer; None if no piece touches it."""
    start = row["answers"]["answer_start"][0]
    end = start + len(row["answers"]["text"][0])
    inside = [n for n, (s, e) in enumerate(offsets) if s < end and e > start]
    return (inside[0], inside[-1]) if inside else None


def loss(model: PreTrainedModel, batch: Batch) -> Tensor:
    """Mean of the cross-entropies of start and end."""
    output = model(**model_inputs(batch))
    padding = batch["attention_mask"] == 0
    losses = [
        functional.cross_entropy(logits.float().masked_fill(padding, -1e4), batch["labels"][:, n])
        for n, logits in enumerate((output.start_logits, output.end_logits))
    ]
    return sum(losses) / 2


def calibrate(folder: Path, data: Path) -> None:
    """Writes into config.json the `no_answer_bias` that judges “is there an answer?” best on the held-out articles,
    weighted as if two questions of three had one, as in SQuAD 2.0."""
    rows = [row for row in read_jsonl(data / PASSAGES) if row["title"] in HELD_OUT]
    write_bias(folder, 0.0)
    adapter = replace(load_catalog()["minilm-qa"], location=str(folder.resolve()))
    engine = LocalEngine(catalog=Catalog([load_catalog()["minilm"], adapter]))
    requests = [QuestionAnsweringRequest(row["question"], row["context"], top_k=1) for row in rows]
    results = list(engine.stream("question-answering", "minilm-qa", requests))
    margins = np.array([np.log(r.answers[0].score) - np.log(r.no_answer_score) for r in results])
    answerable = np.array([not row["is_impossible"] for row in rows])
    shares = np.where(answerable, ANSWERABLE / answerable.mean(), (1 - ANSWERABLE) / (1 - answerable.mean()))
    accuracies = [(((margins > bias) == answerable) * shares).mean() for bias in margins]
    write_bias(folder, float(margins[int(np.argmax(accuracies))]))


def write_bias(folder: Path, bias: float) -> None:
    """Sets `no_answer_bias`, which the engine adds to the logit of “no answer”."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"no_answer_bias": round(bias, 3)}, indent=2) + "\n")


RECIPE = Recipe(
    name="minilm-qa",
    model_class=BertForQuestionAnswering,
    examples=read_questions,
    loss=loss,
    files=FILES,
    steps=2500,
    batch_tokens=4096,
    learning_rate=6e-4,
    rank=64,
    heads=("qa_outputs",),
    finish=calibrate,
    history="These weights: 450 steps at 8e-4 down to zero, resumed with seed 13 to step 2,500 with human and robbed "
    "questions only, with seed 15 to step 3,500 with half of the questions turned too, and with the fields above and "
    "seed 16 to step 4,500, each down to zero at 6e-4; the mean of the last three.",
    limits="English; one stretch of the passage is the answer. It does not count, compare or put facts together.",
)
