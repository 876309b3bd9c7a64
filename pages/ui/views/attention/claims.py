"""What the paper says of heads, and what came out here."""

from core.inspect.head_claims import HeadClaim, head_claims
from core.inspect.heads import HeadFindings
from pages.ui.figures.markup import escape, show, subtitle
from pages.ui.views.leaderboard.pictures import VERDICTS


def claims(found: HeadFindings) -> None:
    """Every claim with its verdict."""
    show(subtitle("Paper and playground", "what Clark et al. 2019 say of BERT-base, and what came out here"))
    for one in head_claims(found):
        show(claim_html(one))


def claim_html(one: HeadClaim) -> str:
    """One claim."""
    verdict = f'<span class="pg-verdict pg-verdict-{VERDICTS[one.verdict]}">{escape(one.verdict)}</span>'
    return (
        f'<div class="pg-claim"><div class="pg-claim-head"><b>{escape(one.question)}</b>{verdict}</div>'
        f"<p><b>The paper.</b> {escape(one.says)}</p><p><b>Here.</b> {escape(one.here)}</p></div>"
    )
