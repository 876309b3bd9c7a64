"""Answers in a passage: where they start and end, in the windows in which the task question-answering reads."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from torch import Tensor, nn

from core.compression.score import RowCounts
from core.errors import PlaygroundError
from core.files.metrics import answer_f1, exact_match
from core.finetuning.gather import TrainingRow
from core.finetuning.report import Watched
from core.models.encoding import Encoding
from core.models.tokenizer import Tokenizer
from core.tasks.question_answering.run import cut
from core.tasks.question_answering.schema import QuestionAnsweringRequest, QuestionAnsweringResult
from core.text.spans import Span
from core.training.batches import Tensors
from core.training.examples import Example, Sequences, model_inputs
from core.training.objectives.spans import answer_pieces, place_logits, place_loss
from core.training.skills.skill import Marks, NetworkOutputs, ask

NOWHERE = 0  # the position that means “no answer”, as in SQuAD 2.0
NO_ANSWER = "no answer"


class AnswerSkill:
    """The words of a passage that answer a question, or that it has none."""

    classes: Sequence[str] = ("start", "end")
    cuts = False
    keep = "score"

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer

    def examples(self, rows: Sequence[TrainingRow]) -> Sequences:
        """One example for each window of a passage; where the answer is elsewhere, the window has none."""
        found = []
        for row in rows:
            span = (row.starts[0], row.starts[0] + len(row.labels[0])) if row.labels else None
            for encoding in windows_of(row, self.tokenizer):
                types = encoding.type_ids if self.tokenizer.uses_type_ids else ()
                found.append(Example(encoding.ids, types, places_of(span, encoding)))
        return Sequences(found)

    def exam(self, rows: Sequence[TrainingRow]) -> "AnswerExam":
        """The rows that are held out."""
        return AnswerExam(self, rows)

    def outputs(self, network: nn.Module, batch: Tensors, *, states: bool = False) -> NetworkOutputs:
        """What it says of each token as the start, then as the end of the answer."""
        found = network(**model_inputs(batch), output_hidden_states=states)
        return NetworkOutputs(place_logits(found, batch), found.hidden_states if states else ())

    def judged(self, logits: Tensor, batch: Tensors) -> Tensor:
        """Mean of the cross-entropies of start and end."""
        return place_loss(logits, batch)

    def answers(self, network: nn.Module, rows: Sequence[TrainingRow]) -> list[tuple[str, float | None]]:
        """The best answer to each question, "" for none, with its probability."""
        requests = [QuestionAnsweringRequest(row.texts[0], row.texts[1], top_k=1) for row in rows]
        found: list[tuple[str, float | None]] = []
        for one in ask(network, self.tokenizer, "question-answering", requests):
            if isinstance(one, PlaygroundError):  # the question is too long to be asked
                found.append(("", None))
                continue
            result = cast(QuestionAnsweringResult, one)
            best = result.best
            found.append((best.text, best.score) if best else ("", result.no_answer_score))
        return found

    def watched(self, network: nn.Module, texts: Sequence[str]) -> list[Watched]:
        """The answer to each question, which stands before a | and its passage."""
        parts = [text.partition("|") for text in texts]
        rows = [TrainingRow(0, (question.strip(), passage.strip()), ()) for question, _, passage in parts]
        found = self.answers(network, rows)
        return [Watched(text, answer or NO_ANSWER, score) for text, (answer, score) in zip(texts, found, strict=True)]


class AnswerExam:
    """Held-out questions with their answers."""

    def __init__(self, skill: AnswerSkill, rows: Sequence[TrainingRow]) -> None:
        self.skill, self.rows = skill, rows

    def marks(self, network: nn.Module, places: Sequence[int]) -> Marks:
        """F1 and exact match as SQuAD measures them; where there is no answer, only none is right."""
        rows = [self.rows[n] for n in places]
        found = [answer for answer, _ in self.skill.answers(network, rows)]
        pairs = [(answer, row.labels or ("",)) for answer, row in zip(found, rows, strict=True)]
        f1, exact = ([float(measure(*pair)) for pair in pairs] for measure in (answer_f1, exact_match))
        answers, others = tuple((answer,) for answer in found), {"exact match": round(float(np.mean(exact)), 4)}
        return Marks(float(np.mean(f1)), answers, others, RowCounts(np.array([(one, 1, 1) for one in f1])))


def windows_of(row: TrainingRow, tokenizer: Tokenizer) -> Sequence[Encoding]:
    """Question and passage in windows; none where the question is too long to be asked."""
    question, passage = row.texts
    try:
        return cut(tokenizer, question, passage).encodings
    except PlaygroundError:
        return ()


def places_of(span: Span | None, encoding: Encoding) -> tuple[int, int]:
    """The positions of the first and last piece of the answer; NOWHERE twice if it is not wholly in this window."""
    context = encoding.positions(1)
    offsets = [encoding.offsets[place] for place in context]
    if not span or not offsets or span[0] < offsets[0][0] or span[1] > offsets[-1][1]:
        return NOWHERE, NOWHERE
    inside = answer_pieces(span, offsets)
    return (int(context[inside[0]]), int(context[inside[1]])) if inside else (NOWHERE, NOWHERE)
