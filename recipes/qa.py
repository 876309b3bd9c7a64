"""minilm-qa: the words of a passage that answer a question, or none, from encyclopedia passages and sentences."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor
from torch.nn import functional
from transformers import BertForQuestionAnswering, PreTrainedModel, PreTrainedTokenizerBase

from core.catalog import Catalog, load_catalog
from core.local_engine import LocalEngine
from core.requests import QuestionAnsweringRequest
from recipes.corpora import read_jsonl
from recipes.examples import Example, Sequences, model_inputs
from recipes.recipe import Batch, Recipe
from recipes.unanswerable import asking_otherwise, of_another_passage, without_answer

PASSAGES, SEARCHES, SENTENCES = FILES = (
    "qa/squad_train.jsonl.xz",
    "qa/nq_qed_train.jsonl.xz",
    "qa/qamr_train.jsonl.xz",
)
ROOM = 224  # pieces of question and passage in one window
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
    rows = [row for file in (PASSAGES, SEARCHES) for row in read_jsonl(data / file) if row["title"] not in HELD_OUT]
    impossible = [row for row in rows if row["is_impossible"]] * (IMPOSSIBLE_WEIGHT - 1)
    answered = [row for row in rows if not row["is_impossible"]]
    articles: dict[str, dict[str, None]] = {}  # title -> its passages, in order
    for row in rows:
        articles.setdefault(row["title"], {})[row["context"]] = None
    made = [without_answer(row) for row in answered if rng.random() < WITHOUT_ANSWER]
    made += [
        of_another_passage(row, list(articles[row["title"]])) for row in answered if rng.random() < ANOTHER_PASSAGE
    ]
    made += [asking_otherwise(row, rng) for row in answered if rng.random() < ASKING_OTHERWISE]
    rows += impossible + [row for row in made if row]
    rows += read_jsonl(data / SENTENCES)[::EVERY_NTH_SENTENCE]
    questions = tokenizer([r["question"] for r in rows], add_special_tokens=False)["input_ids"]
    passages = list({r["context"] for r in rows})  # most have several questions
    encoded = tokenizer(passages, add_special_tokens=False, return_offsets_mapping=True)
    pieces = dict(zip(passages, zip(encoded["input_ids"], encoded["offset_mapping"], strict=True), strict=True))
    return Sequences(
        [
            encode(row, question[:LONGEST_QUESTION], *pieces[row["context"]], rng, tokenizer)
            for row, question in zip(rows, questions, strict=True)
        ]
    )


def encode(
    row: dict[str, Any],
    question: list[int],
    context: list[int],
    offsets: list[tuple[int, int]],
    rng: np.random.Generator,
    tokenizer: PreTrainedTokenizerBase,
) -> Example:
    """One window; a passage that is too long is cut at random, around the answer if there is one."""
    span = None if row["is_impossible"] else answer_pieces(row, offsets)
    room = ROOM - len(question)
    first, last = span or (0, 0)
    last = min(last, first + room - 1)
    lowest = max(0, last - room + 1) if span else 0
    highest = min(first, len(context) - room) if span else len(context) - room
    start = int(rng.integers(lowest, max(lowest, highest) + 1)) if len(context) > room else 0
    before = len(question) + 2  # [CLS] question [SEP]
    cls, sep = tokenizer.cls_token_id, tokenizer.sep_token_id
    ids = [cls, *question, sep, *context[start : start + room], sep]
    labels = (before + first - start, before + last - start) if span else (CLS, CLS)
    return Example(ids, [0] * before + [1] * (len(ids) - before), labels)


def answer_pieces(row: dict[str, Any], offsets: list[tuple[int, int]]) -> tuple[int, int] | None:
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
