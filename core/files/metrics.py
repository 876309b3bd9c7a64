"""Scores of answers against gold answers; plain functions of plain values."""

import re
import string
from collections import Counter
from collections.abc import Collection, Sequence

from scipy.stats import spearmanr


def accuracy(predicted: Sequence[object], gold: Sequence[object]) -> float:
    """The share of equal pairs."""
    return sum(p == g for p, g in zip(predicted, gold, strict=True)) / len(gold)


def span_f1(predicted: Sequence[Collection[object]], gold: Sequence[Collection[object]]) -> float:
    """Micro F1 of spans, one collection a text; a span counts if start, end and kind are all equal (CoNLL 2003)."""
    hits = sum(len(set(p) & set(g)) for p, g in zip(predicted, gold, strict=True))
    total = sum(map(len, map(set, predicted))) + sum(map(len, map(set, gold)))
    return 2 * hits / total if total else 1.0


def answer_f1(predicted: str, gold: Sequence[str]) -> float:
    """The best word overlap with any gold answer, as SQuAD measures it (Rajpurkar et al. 2016)."""
    return max(word_f1(predicted, answer) for answer in gold)


def exact_match(predicted: str, gold: Sequence[str]) -> float:
    """1 if the words are those of any gold answer, else 0, as SQuAD measures it."""
    return float(any(normalized_words(predicted) == normalized_words(answer) for answer in gold))


def word_f1(predicted: str, gold: str) -> float:
    """F1 of the two bags of words, without case, punctuation and articles."""
    ours, theirs = normalized_words(predicted), normalized_words(gold)
    common = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * common / (len(ours) + len(theirs)) if common else float(ours == theirs)


def normalized_words(text: str) -> list[str]:
    """Lower-cased words without punctuation and without a, an, the."""
    bare = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def spearman(predicted: Sequence[float], gold: Sequence[float]) -> float:
    """Rank correlation, in [-1, 1]."""
    return float(spearmanr(predicted, gold).statistic)
