"""How much work an explanation is, in readings of its text, so that a page can say how long it will take."""

from collections.abc import Sequence
from math import ceil

from core.inspect.counterfactuals import MOST_REDUCED, PAIRS_TRIED, PROPOSALS, WORDS_TRIED
from core.inspect.faithfulness import FRACTIONS, RANDOM_ORDERS
from core.inspect.shapley import EXACT, FEWEST_SAMPLES, SAMPLES_PER_WORD
from core.provenance import Request
from core.tasks.attribution.schema import AttributionRequest

GRADIENT_READINGS = 300  # take as long as integrated gradients, whose steps double until the effects add up
GRADIENT_FACTOR = 4  # readings that a step takes as long as, through the plain layers and back


def readings_of(method: str, words: int) -> int:
    """About how many readings of a text of so many words a method takes as long as."""
    match method:
        case "integrated-gradients" | "integrated-gradients-pad":
            return GRADIENT_READINGS
        case "kernel-shap":
            return 2**words if words <= EXACT else max(FEWEST_SAMPLES, SAMPLES_PER_WORD * words)
        case "occlusion":
            return words + 1
        case _:
            return 3


def readings_to_explain(methods: Sequence[str], words: int) -> int:
    """Readings of several methods."""
    return sum(readings_of(method, words) for method in methods)


def readings_to_trace(methods: Sequence[str], words: int) -> int:
    """Readings of several methods and of what puts them to the test, two for each order and each count of words."""
    counts = len({ceil(fraction * words) for fraction in FRACTIONS})
    return readings_to_explain(methods, words) + (len(methods) + RANDOM_ORDERS) * counts


def readings_to_change(words: int) -> int:
    """Readings at most of a search for counterfactuals, with input reduction."""
    reduction = words * (words + 1) // 2 if words <= MOST_REDUCED else 0
    return words + 1 + min(words, WORDS_TRIED) * PROPOSALS + PAIRS_TRIED + reduction


def readings_in(request: Request) -> int:
    """Readings that a request takes as long as, about."""
    return GRADIENT_FACTOR * request.steps if isinstance(request, AttributionRequest) else 1
