"""zero-shot-classification: the user's own labels, each a hypothesis to an inference model (Yin et al. 2019)."""

import numpy as np
from scipy.special import softmax

from core.errors import InputError
from core.models.model import LoadedModel
from core.runtime.batch import Answered, Encoded
from core.tasks.spec import check_text
from core.tasks.text_classification.run import forward as forward
from core.tasks.text_classification.run import rank
from core.tasks.text_classification.schema import TextClassificationResult
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest

MOST_LABELS = 50
LONGEST_LABEL = 500  # characters, also of the template


def encode(request: ZeroShotClassificationRequest, model: LoadedModel) -> Encoded:
    """One row per label: the text, then the template with the label in it."""
    tokenizer = model.tokenizer
    labels = request.candidate_labels
    if not 1 <= len(labels) <= MOST_LABELS or not all(label.strip() for label in labels):
        raise InputError(f"There are {len(labels)} labels, or some are empty.", f"Enter 1 to {MOST_LABELS} labels.")
    if len(set(labels)) < len(labels):
        raise InputError("A label appears twice.", "Use each label once.")
    if "{}" not in request.hypothesis_template:
        raise InputError("The template has no place for the label.", "Write {} where the label goes.")
    for label in labels:
        check_text(label, "label", LONGEST_LABEL)
    check_text(request.hypothesis_template, "template", LONGEST_LABEL)
    rows = [tokenizer.encode(request.text, request.hypothesis_template.replace("{}", label)) for label in labels]
    most_cut = max((cut for _, cut in rows), key=lambda cut: sum(part.tokens for part in cut))
    return Encoded(tuple(encoding for encoding, _ in rows), most_cut)


def decode(answered: Answered[ZeroShotClassificationRequest]) -> TextClassificationResult:
    """The user's labels, most probable first: shares that sum to one, or with `multi_label` each on its own."""
    request, names = answered.request, [name.lower() for name in answered.model.labels]
    entailment, contradiction = (position(names, start) for start in ("entail", "contra"))
    logits = np.stack(answered.outputs).astype(np.float64)  # (candidate labels, classes)
    if request.multi_label:
        scores = softmax(logits[:, [contradiction, entailment]], -1)[:, 1]
    else:
        scores = softmax(logits[:, entailment])
    return TextClassificationResult(request.text, rank(request.candidate_labels, scores), answered.provenance)


def position(names: list[str], start: str) -> int:
    """The index of the class whose name begins with `start`."""
    return next(n for n, name in enumerate(names) if name.startswith(start))
