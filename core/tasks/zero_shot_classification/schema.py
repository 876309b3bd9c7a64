"""What zero-shot-classification is asked; what comes back is a result of text-classification."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ZeroShotClassificationRequest:
    """Probabilities of the user's own `candidate_labels`; `{}` in `hypothesis_template` is the label."""

    text: str
    candidate_labels: tuple[str, ...]
    hypothesis_template: str = "This text is about {}."
    multi_label: bool = False
