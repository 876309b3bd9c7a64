"""How a verdict on a claim looks."""

from core.leaderboard.claims import Verdict
from pages.ui.figures.markup import escape

VERDICTS = {"holds here": "yes", "does not hold here": "no", "too close to tell": "open", "not measured": "open"}


def verdict_html(verdict: Verdict) -> str:
    """The verdict as a badge."""
    return f'<span class="pg-verdict pg-verdict-{VERDICTS[verdict]}">{escape(verdict)}</span>'
