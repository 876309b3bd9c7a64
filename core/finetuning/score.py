"""How right the labels of a network are: accuracy of classes, F1 of names."""

from collections.abc import Sequence

from core.files.metrics import accuracy, span_f1


def score_of(labels: Sequence[tuple[str, ...]], gold: Sequence[tuple[str, ...]]) -> float:
    """Accuracy of classes; F1 of names where there is more than one label a row."""
    if all(len(one) == 1 for one in gold) and not any(tag == "O" for one in gold for tag in one):
        return accuracy(labels, gold)
    return span_f1([names_in(one) for one in labels], [names_in(one) for one in gold])


def names_in(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """The names as (first word, word behind it, kind); an I- that follows no name begins one, as in CoNLL's script."""
    found, start, kind = [], 0, ""
    for n, tag in enumerate([*tags, "O"]):
        prefix, _, now = tag.partition("-")
        if kind and (prefix != "I" or now != kind):
            found.append((start, n, kind))
            kind = ""
        if prefix != "O" and not kind:
            start, kind = n, now
    return found
