"""How much work an explanation is, in readings of its text, so that a page can say how long it will take."""

from core.inspect.shapley import EXACT, FEWEST_SAMPLES, SAMPLES_PER_WORD

GRADIENT_READINGS = 150  # take as long as integrated gradients, whose steps double until the effects add up


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
