"""What attribution is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import Any, Literal

from core.provenance import Provenance, Row
from core.tasks.target import COSINE, Target

GradientMethod = Literal["integrated-gradients", "gradient-x-input"]
BaselineFiller = Literal["mask", "pad"]
LARGEST_ERROR = 0.05  # of the completeness, above which an attribution is not to be trusted


@dataclass(frozen=True)
class AttributionRequest:
    """How much each word of `text`, and of `text_pair`, raises or lowers the logit of the target.

    Integrated gradients go in `steps` from a text of [MASK] or [PAD] of the same length to this one.
    """

    text: str
    text_pair: str = ""
    target: Target = COSINE
    method: GradientMethod = "integrated-gradients"
    baseline: BaselineFiller = "mask"
    steps: int = 25


@dataclass(frozen=True)
class AttributedWord:
    """A word at [start, end) of the first or second text (`segment` 0 or 1), and by how much it raises the logit."""

    segment: int
    start: int
    end: int
    text: str
    effect: float


@dataclass(frozen=True)
class AttributionResult:
    """`target` in words; `value` is its logit, `baseline_value` the logit at the baseline, None for gradient × input.

    `rest` is the part of special tokens, which is zero for integrated gradients."""

    text: str
    text_pair: str
    target: str
    method: GradientMethod
    value: float
    baseline_value: float | None
    words: tuple[AttributedWord, ...]
    rest: float
    steps: int
    provenance: Provenance

    @property
    def completeness_error(self) -> float | None:
        """How far the scores are from adding up to `value` − `baseline_value`, as a part of that difference; None for
        gradient × input, which does not promise it. Sundararajan et al. 2017, arxiv.org/abs/1703.01365, section 3."""
        if self.baseline_value is None:
            return None
        wanted = self.value - self.baseline_value
        return abs(sum(word.effect for word in self.words) + self.rest - wanted) / max(abs(wanted), 1e-6)


def strongest(result: AttributionResult) -> AttributedWord | None:
    """The word with the largest effect, whatever its sign; None if the text has none."""
    return max(result.words, key=lambda word: abs(word.effect), default=None)


def rows(result: AttributionResult) -> list[Row]:
    """One row for each word."""
    return [
        {"text_number": word.segment + 1, "start": word.start, "end": word.end, "text": word.text, "value": word.effect}
        for word in result.words
    ]


def summary(result: AttributionResult) -> Row:
    """The word that matters most, and how complete the scores are."""
    word = strongest(result)
    return {
        "word": word.text if word else "",
        "effect": word.effect if word else 0.0,
        "logit": result.value,
        "completeness_error": result.completeness_error,
    }


def format(result: AttributionResult) -> dict[str, Any]:
    """{"target", "value", "baseline_value", "words": [{"segment", "start", "end", "text", "effect"}], "steps", …}"""
    return {
        "target": result.target,
        "value": result.value,
        "baseline_value": result.baseline_value,
        "words": [vars(word) for word in result.words],
        "steps": result.steps,
        "completeness_error": result.completeness_error,
    }
