"""Rows of our own to distil on (own_rows.py): those held out cannot be known by heart."""

from core.compression.own_pairs import pairs_apart
from core.distillation.own_questions import questions_apart


def test_answers_stand_in_their_passages_and_held_out_questions_are_of_other_kinds() -> None:
    train, dev = questions_apart()
    assert (len(train), len(dev), len({row.texts for row in train + dev})) == (288, 112, 400)
    for row in train + dev:
        for text, start in zip(row.labels, row.starts, strict=True):
            assert row.texts[1][start : start + len(text)] == text
    assert sum(not row.labels for row in train) == 72
    places = [{row.texts[1].split(" in ")[0] for row in rows} for rows in (train, dev)]
    assert not places[0] & places[1]


def test_held_out_pairs_are_of_scenes_that_are_not_learned() -> None:
    train, dev = pairs_apart()
    assert (len(train), len(dev), len({row.texts for row in train + dev})) == (432, 192, 624)
    for rows in (train, dev):
        labels = [row.labels[0] for row in rows]
        assert all(3 * labels.count(label) == len(rows) for label in ("entailment", "neutral", "contradiction"))
    assert not [row for row in train if "the tunnel" in row.texts[0]]
