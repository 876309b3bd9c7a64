"""Which held-out rows a training gained and which it lost."""

from core.finetuning.gained import gains_and_losses
from core.finetuning.gather import TrainingRow


def test_labels_are_gained_and_lost_on_rows_that_both_were_asked() -> None:
    rows = [TrainingRow(n, (f"text {n}", "pair"), (label,)) for n, label in enumerate("aabbb")]
    before, now = [("a",), ("b",), ("b",), ("a",), ()], [("b",), ("a",), ("b",), ("a",), ("b",)]
    found = gains_and_losses("text-classification", rows, before, now)
    assert [(row.number, row.before, row.now) for row in found.gained] == [(1, "b", "a")]
    assert [(row.number, row.label, row.text) for row in found.lost] == [(0, "a", "text 0 | pair")]
    assert (found.both, found.neither, found.by_chance) == (1, 1, True)
    assert [row["change"] for row in found.table()] == ["gained", "lost"]


def test_a_sentence_is_right_if_all_its_names_are() -> None:
    row = TrainingRow(7, ("Ann", "Lee", "left"), ("B-PER", "I-PER", "O"))
    same = ("I-PER", "I-PER", "O")  # an I- that follows no name begins one
    found = gains_and_losses("token-classification", [row], [("B-PER", "O", "O")], [same])
    assert (found.gained[0].before, found.gained[0].now) == ("Ann (PER)", "Ann Lee (PER)")


def test_an_answer_is_right_as_exact_match_has_it() -> None:
    rows = [TrainingRow(1, ("When?", "At seven."), ("seven",), (3,)), TrainingRow(2, ("Who?", "At seven."))]
    found = gains_and_losses("question-answering", rows, [("the Seven",), ("",)], [("At",), ("seven",)])
    assert [(row.label, row.before, row.now) for row in found.lost] == [("seven", "the Seven", "At"), ("", "", "seven")]
