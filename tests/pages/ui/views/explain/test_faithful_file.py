"""What is said of methods over the texts of a file."""

import numpy as np
import pytest

from core.inspect.faithfulness_run import FileFaithfulness, TextFaithfulness
from pages.ui.views.explain.faithful_file import FEWEST, sentences

METHODS = ("occlusion", "kernel-shap", "attention")


def found(texts: int) -> FileFaithfulness:
    """Leaving words out and KernelShap are as good as each other; attention is as random orders are."""
    random = np.random.default_rng(0)
    rows = []
    for n in range(texts):
        falls = random.normal(0, 0.01, (3 + 20, 2, 5)).astype(np.float32)
        falls[:2, 0] += 0.5
        rows.append(TextFaithfulness(n, "yes", 0.9, 10, falls))
    return FileFaithfulness("one", METHODS, "probability", tuple(rows))


def test_methods_are_told_apart_where_their_errors_allow_it() -> None:
    one = found(40)
    best, near, attention = sentences(one, one.scores)
    assert "is the most faithful on average: clearly above random orders of the words (+0.5" in best
    assert near.startswith("Too close to tell from it: ")
    assert "Attention" not in near
    assert attention == "Attention: too close to random orders of the words to tell."


@pytest.mark.parametrize("texts", [1, FEWEST - 1])
def test_of_few_texts_nothing_is_told(texts: int) -> None:
    one = found(texts)
    assert sentences(one, one.scores) == [f"Nothing can be told of fewer than {FEWEST} texts."]
