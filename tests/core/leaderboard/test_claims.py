"""What the papers say, weighed by invented scores."""

import math

import pytest

from core.leaderboard.board import Board, Cell, Entry, standard_error
from core.leaderboard.claims import ALL, CLAIMS, Claim, Finding, beside, claim_rows, findings, in_numbers, weigh
from core.leaderboard.columns import COLUMNS
from tests.variants import row

ROWS = 1000


def entry(family: str, *shares: float, **costs: float) -> Entry:
    """A variant with the first of the scores; the others were not measured."""
    cells = {id: Cell() for id in COLUMNS}
    cells |= {id: Cell(p, standard_error(p, ROWS), ROWS) for id, p in zip(ALL, shares, strict=False)}
    cells |= {id: Cell(number) for id, number in costs.items()}
    return Entry(row(f"mini-{family}", "masked-lm"), cells, ())


def found(question: str, *entries: Entry) -> Finding:
    """What came out for the claim with that in its question."""
    return next(one for one in findings(Board(entries)) if question in one.claim.question)


def test_only_what_is_there_is_weighed() -> None:
    assert findings(Board(())) == ()
    assert findings(Board((entry("electra", 0.5),))) == ()
    (one,) = findings(Board((entry("bert", 0.5), entry("electra", 0.5))))
    assert one.claim.family == "electra"


def test_every_claim_names_its_paper() -> None:
    assert all(claim.paper.startswith("https://arxiv.org/abs/") and claim.says.endswith(".") for claim in CLAIMS)
    assert "among-five" not in ALL, "its rows are those of another column"


@pytest.mark.parametrize(
    ("own", "verdict"), [(0.60, "holds here"), (0.51, "too close to tell"), (0.40, "does not hold here")]
)
def test_a_difference_counts_from_two_standard_errors(own: float, verdict: str) -> None:
    one = found("ELECTRA", entry("bert", 0.5), entry("electra", own))
    assert one.value == pytest.approx(own - 0.5)
    assert one.error == pytest.approx(math.sqrt((own * (1 - own) + 0.25) / ROWS))
    assert one.verdict == verdict


def test_means_are_of_what_both_have() -> None:
    one = found("dynamic masks", entry("bert", 0.5, 0.6, 0.7), entry("roberta", 0.6, 0.8))
    assert [measure.column.id for measure in one.measures] == ["hidden-word", "grammar"]
    assert one.value == pytest.approx(0.15)
    assert in_numbers(one).startswith(
        "Mini RoBERTa scores 0.150 more than Mini BERT on average over masked words and grammar; two standard errors"
    )


def test_a_claim_on_one_measure_looks_at_no_other() -> None:
    one = found("word order", entry("bert", 0.9, 0.9, 0.6), entry("deberta", 0.1, 0.1, 0.8))
    assert [measure.column.id for measure in one.measures] == ["word-order"]
    assert one.verdict == "holds here"
    assert "scores 0.200 more than Mini BERT on word order;" in in_numbers(one)


@pytest.mark.parametrize(
    ("own", "verdict"), [(0.84, "holds here"), (0.77, "too close to tell"), (0.60, "does not hold here")]
)
def test_a_student_is_asked_what_it_keeps(own: float, verdict: str) -> None:
    one = found("teacher", entry("bert", 0.8, 0.8), entry("distilbert", own, own))
    assert one.value == pytest.approx(own / 0.8)
    assert one.verdict == verdict
    assert f"keeps {100 * own / 0.8:.1f}% of what Mini BERT scores" in in_numbers(one)


def test_the_error_of_a_ratio_is_that_of_many_draws() -> None:
    (measure,) = found("teacher", entry("bert", 0.8), entry("distilbert", 0.6)).measures
    ratio, error = measure.ratio
    assert ratio == pytest.approx(0.75)
    assert error == pytest.approx(0.75 * math.sqrt((0.4 / 0.6 + 0.2 / 0.8) / ROWS))


def test_nothing_in_common_is_said() -> None:
    one = weigh(Claim("?", "It is so.", "", "electra"), entry("electra"), entry("bert", 0.5))
    assert one.verdict == "not measured"
    assert in_numbers(one) == "Mini ELECTRA and Mini BERT have no score in common."
    assert beside(one) == ""


def test_costs_are_compared_in_a_sentence() -> None:
    teacher = entry("bert", 0.5, parameters=100, milliseconds=2.0, minutes=30)
    student = entry("distilbert", 0.5, parameters=60, milliseconds=1.0)
    said = beside(found("teacher", teacher, student))
    assert said == (
        "Compared with Mini BERT: 40% smaller, 50% less time per sentence. "
        "The text and the training time of its teacher are not counted."
    )


def test_equal_and_higher_costs_are_said_as_such() -> None:
    bert = entry("bert", 0.5, parameters=1000, milliseconds=2.0, minutes=30, tokens=100)
    roberta = entry("roberta", 0.5, parameters=1001, milliseconds=5.0, minutes=30, tokens=110)
    assert beside(found("dynamic masks", bert, roberta)) == (
        "Compared with Mini BERT: the same size, 150% more time per sentence, the same training time, 10% more text."
    )


def test_rows_hold_every_measure() -> None:
    board = Board((entry("bert", 0.5, 0.6), entry("electra", 0.7, 0.8)))
    rows = claim_rows(findings(board))
    assert [(one["measure"], one["own"], one["other"]) for one in rows] == [
        ("hidden-word", 0.7, 0.5),
        ("grammar", 0.8, 0.6),
    ]
    assert {one["verdict"] for one in rows} == {"holds here"}
