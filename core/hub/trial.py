"""The first questions to a checkpoint from outside: one that loads but cannot answer is not accepted."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from core.checkpoints.catalog import Checkpoint, Head
from core.errors import CapacityError, ModelLoadError, PlaygroundError, is_out_of_memory
from core.provenance import Request
from core.tasks.attention.schema import AttentionRequest
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest
from core.tasks.text_classification.schema import TextClassificationRequest
from core.tasks.token_classification.schema import TokenClassificationRequest

TEXT = "Élan is a café in Paris, isn't it? 42 😀"
OF_ANY: tuple[tuple[str, Request], ...] = (
    ("feature-extraction", FeatureExtractionRequest(TEXT)),
    ("attention", AttentionRequest("A cat.", "A dog.")),
)
OF_HEAD: dict[Head, tuple[str, Request]] = {
    "masked-lm": ("fill-mask", FillMaskRequest(f"A ___ cat. {TEXT}")),
    "token-classification": ("token-classification", TokenClassificationRequest(TEXT)),
    "question-answering": ("question-answering", QuestionAnsweringRequest("Where is it?", TEXT)),
    "sequence-classification": ("text-classification", TextClassificationRequest(TEXT)),
    "replaced-token-detection": ("replaced-token-detection", ReplacedTokenDetectionRequest(TEXT)),
}


def questions(head: Head) -> Sequence[tuple[str, Request]]:
    """Tasks and requests that show whether a checkpoint with that head answers."""
    return (*OF_ANY, *((OF_HEAD[head],) if head in OF_HEAD else ()))


def check_answer(result: Any) -> None:
    """Raises what stands in place of a result; ModelLoadError if its numbers are none."""
    if isinstance(result, PlaygroundError):
        raise result
    if not all(map(math.isfinite, numbers(result))):
        message = "Its answers are not numbers: the weights are damaged, or too large for this precision."
        raise ModelLoadError(message, "Choose another model.")


def numbers(value: Any) -> Iterator[float]:
    """Every number with a fraction in a result; of an array its sum."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, np.ndarray):
        yield float(np.sum(value, dtype=np.float64))
    elif isinstance(value, tuple):
        for one in value:
            yield from numbers(one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from numbers(getattr(value, one.name))


@contextmanager
def trying(row: Checkpoint) -> Iterator[None]:
    """Whatever fails in the block, as a sentence on the checkpoint that cannot answer."""
    try:
        yield
    except (ModelLoadError, CapacityError, KeyboardInterrupt, SystemExit):
        raise
    except PlaygroundError as e:
        raise ModelLoadError(f"“{row.name}” loads, but cannot answer: {e.message}", "Choose another model.") from e
    except BaseException as e:  # what tokenizers raises where its own code panics is no Exception
        if is_out_of_memory(e):
            raise CapacityError(f"There was not enough memory to try “{row.name}”.", "Choose a smaller one.") from e
        message = f"“{row.name}” loads, but cannot answer ({type(e).__name__})."
        raise ModelLoadError(message, "Its configuration, tokenizer and weights may not belong together.") from e
