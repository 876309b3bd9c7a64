"""What zero-shot-classification is asked and what comes back, as rows too."""

from dataclasses import dataclass

from core.tasks.text_classification.schema import format as format
from core.tasks.text_classification.schema import rows as rows
from core.tasks.text_classification.schema import summary as summary


@dataclass(frozen=True)
class ZeroShotClassificationRequest:
    """Probabilities of the user's own `candidate_labels`; `{}` in `hypothesis_template` is the label."""

    text: str
    candidate_labels: tuple[str, ...]
    hypothesis_template: str = "This text is about {}."
    multi_label: bool = False
