"""Names are counted as CoNLL's script does."""

from core.finetuning.score import names_in, score_of


def test_names_are_counted_as_conll_does() -> None:
    assert names_in(("O", "B-A", "I-A", "I-B", "B-B", "O")) == [(1, 3, "A"), (3, 4, "B"), (4, 5, "B")]
    assert score_of([("O", "B-A")], [("O", "B-A")]) == 1.0
    assert score_of([("O", "O")], [("O", "B-A")]) == 0.0
