"""What is chosen, and what becomes of it: counts against what they should be, the same seed, whole words, spans."""

import numpy as np
import pytest

from core.text.masking import (
    KEPT,
    MASKED,
    REPLACED,
    choose_spans,
    choose_tokens,
    choose_words,
    fates,
    stand_ins,
    word_starts,
)

ROWS, TOKENS = 400, 42
SPECIAL = np.zeros((ROWS, TOKENS), dtype=bool)
SPECIAL[:, [0, -1]] = True
CONTINUES = np.zeros((ROWS, TOKENS), dtype=bool)
CONTINUES[:, [5, 6, 20, 30]] = True


def rng(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("rate", [0.05, 0.15, 0.4, 1.0])
def test_as_many_tokens_are_chosen_as_the_rate_says(rate: float) -> None:
    chosen = choose_tokens(SPECIAL, rng(), rate)
    assert (chosen.sum(axis=1) == round(40 * rate)).all()
    assert not (chosen & SPECIAL).any()


def test_every_token_is_chosen_as_often() -> None:
    share = choose_tokens(SPECIAL, rng(), 0.15)[:, 1:-1].mean(axis=0)
    assert abs(share - 0.15).max() < 4 * (0.15 * 0.85 / ROWS) ** 0.5


@pytest.mark.parametrize("choose", [choose_words, choose_spans])
def test_words_are_chosen_whole(choose) -> None:
    chosen = choose(SPECIAL, CONTINUES, rng(), 0.15)
    start = word_starts(SPECIAL, CONTINUES)
    assert (chosen == np.take_along_axis(chosen, start, axis=1)).all()
    assert not (chosen & SPECIAL).any()
    assert (chosen.sum(axis=1) >= 6).all()


def test_spans_stand_together() -> None:
    def runs(chosen) -> float:
        return (chosen[:, 1:] & ~chosen[:, :-1]).sum() / ROWS

    assert runs(choose_spans(SPECIAL, CONTINUES, rng(), 0.3)) < 0.5 * runs(choose_words(SPECIAL, CONTINUES, rng(), 0.3))


def test_all_can_be_chosen_in_spans() -> None:
    assert choose_spans(SPECIAL[:3], CONTINUES[:3], rng(), 1.0).sum() == 3 * 40


@pytest.mark.parametrize(("random", "keep"), [(0.1, 0.1), (0.0, 0.0), (0.5, 0.5)])
def test_what_becomes_of_tokens_has_the_shares_that_were_asked(random: float, keep: float) -> None:
    found = fates(10_000, rng(), random=random, keep=keep)
    for kind, share in ((MASKED, 1 - random - keep), (REPLACED, random), (KEPT, keep)):
        assert abs((found == kind).mean() - share) <= 4 * (share * (1 - share) / 10_000) ** 0.5


def test_what_stands_in_their_place_is_the_mask_any_piece_or_the_token_itself() -> None:
    answers, fate = np.arange(3000) + 500, np.arange(3000) % 3
    shown = stand_ins(fate, answers, rng(), mask=4, lowest=5, pieces=100)
    assert (shown[fate == MASKED] == 4).all()
    assert (shown[fate == KEPT] == answers[fate == KEPT]).all()
    drawn = shown[fate == REPLACED]
    assert drawn.min() >= 5 and drawn.max() < 100 and len(set(drawn)) > 90


def test_a_seed_gives_the_same_choice() -> None:
    for choose in (choose_words, choose_spans):
        assert (choose(SPECIAL, CONTINUES, rng(1)) == choose(SPECIAL, CONTINUES, rng(1))).all()
        assert (choose(SPECIAL, CONTINUES, rng(1)) != choose(SPECIAL, CONTINUES, rng(2))).any()
