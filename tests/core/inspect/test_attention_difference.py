"""The difference of two texts' attention: word by word, by the words that both have, or none."""

import numpy as np

from core.inspect.attention import AttentionTable
from core.inspect.attention_difference import difference

random = np.random.default_rng(0)


def table(text: str) -> AttentionTable:
    words = tuple(text.split())
    return AttentionTable(words, (0,) * len(words), random.random((len(words), len(words)), np.float32))


def test_texts_of_as_many_words_are_compared_place_by_place() -> None:
    one, other = table("The cat sat"), table("the dog sat")
    found = difference(one, other)
    assert found.table is not None
    assert found.table.labels == ("The", "cat / dog", "sat")
    np.testing.assert_allclose(found.table.weights, one.weights - other.weights)
    assert found.why == "word by word"


def test_other_texts_by_the_words_that_both_have() -> None:
    one, other = table("The cat sat on it"), table("The big cat sat on it too")
    found = difference(one, other)
    assert found.table is not None
    assert found.table.labels == one.labels
    kept = [0, 2, 3, 4, 5]
    np.testing.assert_allclose(found.table.weights, one.weights - other.weights[np.ix_(kept, kept)])
    assert found.why.endswith("the 2 words that only one has are left out")
    assert difference(one, table("The cat sat on it now")).why.endswith("that only one text has is left out")


def test_texts_that_share_nothing_have_no_difference() -> None:
    found = difference(table("The cat sat"), table("A dog ran home"))
    assert found.table is None
    assert found.why == "The texts have 3 and 4 words and share hardly any in the same order."


def test_heads_beside_each_other_have_no_difference() -> None:
    words = ("a", "b")
    several = AttentionTable(words, (0, 0), random.random((4, 2, 2), np.float32))
    assert difference(several, several).table is None


def test_rows_of_one_text_and_columns_of_another_are_aligned_by_themselves() -> None:
    one = AttentionTable(("x", "y"), (1, 1), random.random((3, 2), np.float32), ("a", "b", "c"))
    other = AttentionTable(("x", "y"), (1, 1), random.random((4, 2), np.float32), ("a", "b", "c", "d"))
    found = difference(one, other)
    assert found.table is not None
    assert found.table.rows == ("a", "b", "c")
    np.testing.assert_allclose(found.table.weights, one.weights - other.weights[:3])
