"""Batches of several kinds (ways.py, report.py): every text is in one of them, and the padding is counted by hand."""

import pytest

from core.batching.report import BatchingReport, BatchingStart, TimedWay, read_batching_line, way_rows
from core.batching.texts import COUNT, long_and_short
from core.batching.ways import (
    ALONE,
    AS_THEY_COME,
    CACHE,
    PACKED,
    PLANNED,
    SORTED,
    TO_THE_LONGEST,
    batches_of,
    waste,
    widths,
)
from core.workers.measuring import MeasuringStep

LENGTHS = (3, 10, 2, 5) * 20


@pytest.mark.parametrize("way", PLANNED)
def test_each_text_is_read_once(way: str) -> None:
    batches = batches_of(way, LENGTHS, 40)
    assert sorted(n for batch in batches for n in batch) == list(range(len(LENGTHS)))
    assert batches_of(way, (), 40) == ()
    assert waste(way, (), 40) == 0


def test_padding_is_what_is_computed_beside_the_tokens() -> None:
    lengths = (4, 1, 2)
    assert batches_of(PACKED, lengths, 5) == ((0,), (2, 1))
    assert widths(TO_THE_LONGEST, ((0, 1), (2,)), lengths) == (4, 4)
    shares = [waste(way, lengths, 5) for way in (ALONE, AS_THEY_COME, SORTED)]
    assert shares == pytest.approx([0, 5 / 12, 5 / 12])
    assert waste(PACKED, lengths, 5) == pytest.approx(1 / 8)


def test_no_packed_batch_is_over_its_budget_unless_one_text_is() -> None:
    batches = batches_of(PACKED, LENGTHS, 20)
    sizes = [len(batch) * max(LENGTHS[n] for n in batch) for batch in batches]
    assert max(sizes) <= 20
    assert batches_of(PACKED, (50, 50), 20) == ((0,), (1,))


def test_sorting_wastes_less_and_packing_no_more() -> None:
    shares = [waste(way, LENGTHS, 64) for way in (TO_THE_LONGEST, AS_THEY_COME, SORTED)]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < shares[0] / 2


def test_the_texts_are_the_same_each_time_and_of_many_lengths() -> None:
    texts = long_and_short(COUNT)
    assert texts == long_and_short(COUNT)
    assert len(texts) == COUNT
    sizes = [text.count(".") for text in texts]
    assert min(sizes) == 1
    assert max(sizes) > 8


def test_a_report_is_what_its_lines_say() -> None:
    report = BatchingReport(64)
    for values in ({"lengths": [2, 4]}, {"done": 0, "total": 3, "doing": SORTED}, {"way": SORTED, "seconds": 1.5}):
        line = read_batching_line(values)
        assert isinstance(line, BatchingStart | MeasuringStep | TimedWay)
        report = report.after(line)
    report = report.after(TimedWay(CACHE, 0.1))
    first, second = way_rows("minilm", report)
    assert (first["passes"], first["padding"], first["tokens"]) == (1, 0.25, 6)
    assert (second["passes"], second["padding"]) == (None, None), "nothing is computed"
