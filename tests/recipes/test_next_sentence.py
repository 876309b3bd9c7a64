"""Pairs of neighbouring sentences: what counts as one, and what stands in the place of a neighbour."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from core.tasks.next_sentence_prediction.schema import ELSEWHERE, FOLLOWS
from recipes.next_sentence import measure_next_sentence, sentence_pairs
from tests.recipes.scripted_engine import ScriptedEngine, invented_row, packed

WORDS = "the old river crossed the northern plain slowly and sank"
TEXT = "\n".join(f"Now a{n} {WORDS}. Then b{n} {WORDS}. Short c{n}." for n in range(40))


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return packed(TEXT, tmp_path / "text.xz")


def numbers(pair: tuple[str, str, bool]) -> list[int]:
    """The paragraphs that the two are of."""
    return [int(sentence.split()[1][1:]) for sentence in pair[:2]]


def test_half_of_the_pairs_are_neighbours_and_the_others_stand_far_apart(text: Path):
    pairs = sentence_pairs(text)
    assert len(pairs) == 40
    assert sum(follows for *_, follows in pairs) == 20
    for pair in pairs:
        first, second = numbers(pair)
        assert pair[0].startswith("Now") and pair[1].startswith("Then"), "a short sentence is left out"
        assert abs(first - second) == (0 if pair[2] else 20)
    assert pairs == sentence_pairs(text)


def test_the_measure_is_the_share_that_is_right(text: Path):
    def answer(_: str, request: object) -> SimpleNamespace:
        here = request.text_a.split()[1][1:] == request.text_b.split()[1][1:]  # type: ignore[attr-defined]
        doubtful = request.text_a.startswith("Now a7 ")  # type: ignore[attr-defined]
        label = FOLLOWS if here != doubtful else ELSEWHERE
        return SimpleNamespace(labels=[SimpleNamespace(label=label)])

    engine = ScriptedEngine([invented_row("one")], answer)
    assert measure_next_sentence(engine, "one", text) == ({"next sentence": pytest.approx(39 / 40)}, 40)
