"""How sure a score is, and from when on a difference counts."""

from math import sqrt

SURE = 2  # standard errors; chance alone goes further once in twenty times
CERTAINTY = 1.96  # standard deviations of a 95 % interval


def wilson(share: float, rows: int) -> tuple[float, float]:
    """The 95 % interval of a share of so many rows (Wilson 1927, doi.org/10.2307/2276774). It is fair where share ±
    error is not: for few rows, and where none or all of them are right."""
    squared = CERTAINTY**2
    middle = (share + squared / (2 * rows)) / (1 + squared / rows)
    half = CERTAINTY / (1 + squared / rows) * sqrt(share * (1 - share) / rows + squared / (4 * rows**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def error_or_least(error: float, rows: int) -> float:
    """A standard error that was measured on rows; where it is 0, as rows that are all alike give, how far Wilson's
    interval of one standard deviation reaches from 0 or 1."""
    return error if error > 1e-9 else 1 / (max(1, rows) + 1)


def percent_said(score: float, error: float, rows: int) -> str:
    """A score as “87.5 ± 4.8”, in percent; one of 0 or 1 with its interval, “100.0 (72 to 100)”, as nothing is known
    beyond its few rows."""
    if 0 < score < 1:
        return f"{100 * score:.1f} ± {100 * error:.1f}"
    low, high = wilson(score, max(1, rows))
    return f"{100 * score:.1f} ({100 * low:.0f} to {100 * high:.0f})"
