"""What is to be explained where nobody says it exactly: the best class, the surest name, the answer, the best fill."""

from dataclasses import replace
from typing import cast

from core.engine import Engine
from core.errors import InputError
from core.inspect.subject import (
    MOST_FILLS,
    Subject,
    answer_subject,
    class_subject,
    cosine_subject,
    entity_subject,
    fill_subject,
)
from core.tasks.fill_mask.schema import FillMaskRequest, FillMaskResult
from core.tasks.question_answering.schema import Answer, QuestionAnsweringRequest, QuestionAnsweringResult
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest
from core.tasks.text_classification.schema import TextClassificationRequest, TextClassificationResult
from core.tasks.token_classification.schema import TokenClassificationRequest, TokenClassificationResult
from core.text.phrases import listed, quoted

TEXTS = {  # task -> the fields of its first and its second text, as `choose` takes them
    "text-classification": ("text", "text_pair"),
    "token-classification": ("text", ""),
    "question-answering": ("context", "question"),
    "fill-mask": ("text", ""),
    "sentence-similarity": ("text_a", "text_b"),
}
EXPLAINED = tuple(TEXTS)


def choose(engine: Engine, checkpoint: str, task: str, text: str, other: str = "", wanted: str = "") -> Subject:
    """What of the answer to a task is explained: the class, name, answer or fill called `wanted`, or the best one.

    `other` is the second text, or the question about the text. InputError if there is nothing of that name.
    """
    match task:
        case "text-classification":
            return choose_class(engine, checkpoint, TextClassificationRequest(text, other), wanted)
        case "token-classification":
            return choose_entity(engine, checkpoint, TokenClassificationRequest(text), wanted)
        case "question-answering":
            return choose_answer(engine, checkpoint, QuestionAnsweringRequest(other, text), wanted)
        case "fill-mask":
            return choose_fill(engine, checkpoint, FillMaskRequest(text), wanted)
        case "sentence-similarity":
            request = SentenceSimilarityRequest(text, other)
            engine.run(task, checkpoint, [request])  # which refuses what it cannot read
            return cosine_subject(request)
        case _:
            raise InputError(f"{quoted(task)} cannot be explained.", f"Choose one of {', '.join(EXPLAINED)}.")


def choose_class(engine: Engine, checkpoint: str, request: TextClassificationRequest, wanted: str) -> Subject:
    """A class by its name, whatever its capitals, or the most probable one."""
    (result,) = cast("list[TextClassificationResult]", engine.run("text-classification", checkpoint, [request]))
    labels = [one.label for one in result.labels]
    found = next((label for label in labels if label.casefold() == wanted.casefold()), None) if wanted else labels[0]
    if found is None:
        raise InputError(f"There is no class {quoted(wanted)}.", f"This model has {listed(labels)}.")
    return class_subject(request, found)


def choose_entity(engine: Engine, checkpoint: str, request: TokenClassificationRequest, wanted: str) -> Subject:
    """A name by its text or its kind, or the surest one."""
    (result,) = cast("list[TokenClassificationResult]", engine.run("token-classification", checkpoint, [request]))
    ranked = sorted(result.entities, key=lambda one: -one.score)
    asked = wanted.casefold()
    found = [one for one in ranked if asked in (one.text.casefold(), one.entity_group.casefold(), "")]
    if not found:
        if not ranked:
            raise InputError("The model finds no name in this text.", "Write a text with a name in it.")
        raise InputError(f"The model finds no name {quoted(wanted)}.", f"It finds {listed(e.text for e in ranked)}.")
    return entity_subject(request, found[0])


def choose_answer(engine: Engine, checkpoint: str, request: QuestionAnsweringRequest, wanted: str) -> Subject:
    """The first place of the passage that says `wanted`, or the best answer, which may be that there is none."""
    if wanted:
        start = request.context.casefold().find(wanted.casefold())
        if start < 0:
            raise InputError(f"The passage does not say {quoted(wanted)}.", "Copy the answer from the passage.")
        end = start + len(wanted)
        return answer_subject(request, Answer(request.context[start:end], start, end, 0.0))
    (result,) = cast("list[QuestionAnsweringResult]", engine.run("question-answering", checkpoint, [request]))
    return answer_subject(request, result.best)


def choose_fill(engine: Engine, checkpoint: str, request: FillMaskRequest, wanted: str) -> Subject:
    """A word in the first gap, or the best one there."""
    wide = replace(request, top_k=MOST_FILLS)
    (result,) = cast("list[FillMaskResult]", engine.run("fill-mask", checkpoint, [wide]))
    mask = result.masks[0]
    found = [fill for fill in mask.fills if wanted.casefold() in (fill.text.casefold(), "")]
    if not found:
        message = f"{quoted(wanted)} is not among the first {MOST_FILLS} words for the gap."
        raise InputError(message, f"The first are {listed(fill.text for fill in mask.fills[:5])}.")
    return fill_subject(request, mask, found[0])
