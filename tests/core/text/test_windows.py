import random

from core.text.windows import windows


def test_windows_keep_every_piece_once_and_inside_a_window() -> None:
    chance = random.Random(3)
    for _ in range(2_000):
        size = chance.randint(2, 60)
        overlap = chance.randint(0, 2 * size)
        pieces = chance.randint(0, 400)
        cut = windows(pieces, size, overlap)
        kept = [p for window in cut for p in range(window.keep_start, window.keep_end)]
        assert kept == list(range(pieces)), (pieces, size, overlap)
        for window in cut:
            assert 0 <= window.start <= window.keep_start <= window.keep_end <= window.end <= pieces
            assert window.end - window.start == min(size, pieces)
        for one, other in zip(cut, cut[1:], strict=False):
            assert one.end - other.start >= min(overlap, size // 2)


def test_kept_pieces_have_context_on_both_sides() -> None:
    cut = windows(1_000, 100, 40)
    for window in cut[1:-1]:
        assert window.keep_start - window.start >= 20
        assert window.end - window.keep_end >= 20


def test_a_short_text_is_one_window() -> None:
    (window,) = windows(100, 100, 40)
    assert (window.start, window.end, window.keep_start, window.keep_end) == (0, 100, 0, 100)
