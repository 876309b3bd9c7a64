"""Several gaps filled together: a beam search that settles one gap after the other, from the left.

The first gap is read with all others still hidden, the second with the first filled, and so on, so that the product of
the probabilities is that of the words together. Words of more than one piece are left out.
"""

from dataclasses import dataclass
from math import log

from core.engine import Engine
from core.errors import InputError
from core.provenance import Provenance, total_cost
from core.tasks.fill_mask.schema import FillMaskRequest, FillMaskResult
from core.text.spans import Span

MOST_GAPS = 12
FILLS = 100  # read at each gap


@dataclass(frozen=True)
class JointFill:
    """A word for each gap and the natural logarithm of their joint probability. Of a word that continues the one before
    its gap, `joined` characters stand before the gap."""

    words: tuple[str, ...]
    log_probability: float
    joined: tuple[int, ...]


@dataclass(frozen=True)
class JointFillResult:
    """The best fills of all gaps together, best first; `spans` are the gaps in `text`. Provenance sums all steps."""

    text: str
    spans: tuple[Span, ...]
    fills: tuple[JointFill, ...]
    provenance: Provenance


@dataclass(frozen=True)
class _Beam:
    """A text with its first gaps filled."""

    text: str
    words: tuple[str, ...] = ()
    log_probability: float = 0.0
    joined: tuple[int, ...] = ()


def fill_jointly(engine: Engine, checkpoint: str, text: str, beams: int = 5) -> JointFillResult:
    """The `beams` (1 to 50) best ways to fill every gap of `text`; InputError if it has none or over MOST_GAPS."""
    kept, steps = [_Beam(text)], list[FillMaskResult]()
    while True:
        requests = [FillMaskRequest(beam.text, FILLS) for beam in kept]
        results = [r for r in engine.run("fill-mask", checkpoint, requests) if isinstance(r, FillMaskResult)]
        steps += results
        if len(results[0].masks) > MOST_GAPS:
            message = f"The text has {len(results[0].masks)} gaps; up to {MOST_GAPS} can be filled together."
            raise InputError(message, "Fill some of them yourself.")
        grown = [one for beam, result in zip(kept, results, strict=True) for one in extend(beam, result)]
        if not grown:
            raise InputError("None of the best guesses for a gap is a whole word.", "Give the sentence more words.")
        kept = sorted(grown, key=lambda beam: -beam.log_probability)[:beams]
        if len(results[0].masks) == 1:
            break
    spans = tuple((mask.start, mask.end) for mask in steps[0].masks)
    fills = tuple(JointFill(beam.words, beam.log_probability, beam.joined) for beam in kept)
    return JointFillResult(text, spans, fills, total_cost([step.provenance for step in steps]))


def extend(beam: _Beam, result: FillMaskResult) -> list[_Beam]:
    """The beam with each word for its first gap."""
    gap = result.masks[0]
    return [
        _Beam(
            beam.text[: gap.start - fill.joined] + fill.text + beam.text[gap.end :],
            (*beam.words, fill.text),
            beam.log_probability + log(fill.score),
            (*beam.joined, fill.joined),
        )
        for fill in gap.fills
        if "_" not in fill.text  # could make another gap
    ]
