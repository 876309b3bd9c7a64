"""The words of two texts aligned. A span is a word's (start, end)."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from core.text.spans import Span

SpanPair = tuple[Span, Span]


def kept(before: str, spans: Sequence[Span], after: str, others: Sequence[Span]) -> list[SpanPair]:
    """Where each word stands that both texts have in the same order."""
    blocks = matcher(before, spans, after, others).get_matching_blocks()
    return [(spans[i + n], others[j + n]) for i, j, size in blocks for n in range(size)]


def replaced(before: str, spans: Sequence[Span], after: str, others: Sequence[Span]) -> SpanPair | None:
    """Where the first word stands that is in the place of one other, if there is any."""
    for kind, a, b, c, d in matcher(before, spans, after, others).get_opcodes():
        if kind == "replace" and (b - a, d - c) == (1, 1):
            return spans[a], others[c]
    return None


def matcher(before: str, spans: Sequence[Span], after: str, others: Sequence[Span]) -> SequenceMatcher[str]:
    """What finds the longest runs of words that both have."""
    words, other_words = [before[s:e] for s, e in spans], [after[s:e] for s, e in others]
    return SequenceMatcher(None, words, other_words, autojunk=False)
