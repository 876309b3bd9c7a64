"""What fill-mask is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import Any

from core.provenance import Provenance, Row


@dataclass(frozen=True)
class FillMaskRequest:
    """Words for each `___` (or the checkpoint's own mask token) in `text`."""

    text: str
    top_k: int = 5


@dataclass(frozen=True)
class Fill:
    """One word for a mask. Where a piece continues the word that the mask follows directly, `text` is the whole word,
    whose first `joined` characters stand before the mask."""

    text: str
    score: float
    token_id: int
    joined: int = 0


@dataclass(frozen=True)
class MaskFills:
    """The best words for the mask at text[start:end], best first; `entropy` in bits over the whole vocabulary.

    `left_out`: tokens that are no words there, such as endings, though more probable than the last of `fills`."""

    start: int
    end: int
    fills: tuple[Fill, ...]
    entropy: float
    left_out: int = 0

    @property
    def rest(self) -> float:
        """The probability of everything that is not among `fills`."""
        return max(0.0, 1 - sum(fill.score for fill in self.fills))


@dataclass(frozen=True)
class FillMaskResult:
    """Each mask filled on its own, in text order."""

    text: str
    masks: tuple[MaskFills, ...]
    provenance: Provenance


def rows(result: FillMaskResult) -> list[Row]:
    """One row for each part of the result."""
    return [
        {"start": mask.start, "end": mask.end, "text": fill.text, "score": fill.score}
        for mask in result.masks
        for fill in mask.fills
    ]


def summary(result: FillMaskResult) -> Row:
    """The one row that says what came out."""
    best = [mask.fills[0] for mask in result.masks]
    others = [" ".join(f"{fill.text} {fill.score:.4f}" for fill in mask.fills) for mask in result.masks]
    scores = [fill.score for fill in best]
    return {"fill": " | ".join(fill.text for fill in best), "score": min(scores), "fills": " | ".join(others)}


def format(result: FillMaskResult) -> dict[str, Any]:
    """{"masks": [{"start", "end", "fills": [{"text", "score"}], "left_out"}]}"""
    return {
        "masks": [
            {
                "start": mask.start,
                "end": mask.end,
                "fills": [{"text": fill.text, "score": fill.score} for fill in mask.fills],
                "left_out": mask.left_out,
            }
            for mask in result.masks
        ]
    }
