"""Masked-language modelling on one sentence: draws by seed, counts against what they should be, losses of the truth."""

from math import exp

import pytest

from core.errors import EmptyTextError, InputError
from core.inspect.masked import (
    FATES,
    THE_MASK,
    Scheme,
    count_draws,
    draw_mask,
    masked_epochs,
    masked_rows,
    mean_loss,
)
from core.runtime.local import LocalEngine
from core.text.masking import KEPT, MASKED
from core.text.pieces import Piece, Tokenized

SENTENCE = "The old bridge over the river was closed for repairs."
WORDS = 40
ENDS = Piece("[CLS]", 101, 0, 0, True), Piece("[SEP]", 102, 0, 0, True)
PIECES = tuple(Piece(f"w{n}", 1000 + n, 3 * n, 3 * n + 2, continues=n in (5, 6)) for n in range(WORDS))
TEXT = Tokenized("any", "xx " * WORDS, (ENDS[0], *PIECES, ENDS[1]), 30_000, 512)


@pytest.mark.parametrize("unit", ["tokens", "whole words", "spans"])
@pytest.mark.parametrize("rate", [0.15, 0.4])
def test_many_draws_come_to_what_is_expected(unit, rate: float) -> None:
    scheme = Scheme(rate, 0.2, 0.3, unit)
    counts = count_draws(TEXT, scheme, seed=1)
    share, error = counts.chosen
    assert counts.asked == round(rate * WORDS) / WORDS
    assert share == pytest.approx(counts.asked) if unit == "tokens" else counts.asked <= share < counts.asked + 0.1
    assert (error < 1e-9) == (unit == "tokens")
    for fate, (counted, spread) in counts.fates.items():
        assert abs(counted - scheme.shares[fate]) < 4 * spread
    assert sum(counts.each) == pytest.approx(share * WORDS)


def test_a_draw_hangs_on_seed_and_epoch_alone() -> None:
    scheme = Scheme(0.3)
    assert draw_mask(TEXT, scheme, 1) == draw_mask(TEXT, scheme, 1)
    assert draw_mask(TEXT, scheme, 1) != draw_mask(TEXT, scheme, 2)
    assert draw_mask(TEXT, scheme, 1) != draw_mask(TEXT, scheme, 1, epoch=1)


def test_what_is_shown_fits_what_becomes_of_a_token() -> None:
    drawn = draw_mask(TEXT, Scheme(1.0, 0.3, 0.3), 1)
    assert drawn.places == tuple(range(WORDS))
    for place, fate, shown in zip(drawn.places, drawn.fates, drawn.shown, strict=True):
        assert (shown == THE_MASK) == (fate == MASKED)
        assert fate != KEPT or shown == PIECES[place].id
    assert set(drawn.fates) == set(FATES)
    asked = dict(drawn.request(TEXT.text).shown)
    assert [asked[n] for n in drawn.places] == [None if id == THE_MASK else id for id in drawn.shown]


@pytest.mark.parametrize("scheme", [Scheme(0.0), Scheme(1.1), Scheme(0.5, 0.6, 0.6), Scheme(0.5, -0.1)])
def test_shares_that_cannot_be_had_are_refused(scheme: Scheme) -> None:
    with pytest.raises(InputError):
        draw_mask(TEXT, scheme, 1)


def test_a_text_without_words_is_refused() -> None:
    with pytest.raises(EmptyTextError):
        count_draws(Tokenized("any", " ", ENDS, 30_000, 512), Scheme(), 1)


def test_the_loss_is_that_of_the_truth_and_kept_tokens_cost_little(float32_engine: LocalEngine) -> None:
    def epochs(scheme: Scheme):
        return masked_epochs(float32_engine, "minilm-fill-mask", SENTENCE, scheme, 1, 3, dynamic=True)

    hidden, seen = epochs(Scheme(0.2, 0.0, 0.0)), epochs(Scheme(0.2, 0.0, 1.0))
    assert [one.drawn.places for one in hidden] == [one.drawn.places for one in seen]
    assert mean_loss(seen) < 0.5 * mean_loss(hidden)
    assert mean_loss(hidden, KEPT) != mean_loss(hidden, KEPT), "there is none"
    rows = masked_rows(hidden)
    assert {row["shown"] for row in rows} == {"[MASK]"} and {row["epoch"] for row in rows} == {1, 2, 3}
    assert all(exp(-row["loss"]) == pytest.approx(row["probability"]) for row in rows)
    assert {SENTENCE[row["start"] : row["end"]].lower() for row in rows} == {row["token"] for row in rows}
