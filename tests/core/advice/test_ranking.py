"""Checkpoints ranked for a wish: what comes first, what stands in the way, and where every rule is from."""

from dataclasses import replace
from itertools import product

import pytest

from core.advice.prospects import Prospect
from core.advice.ranking import Advice, rank
from core.advice.wish import AMOUNTS, FIELDS, LENGTHS, PURPOSES, TONGUES, Wish, refusal, rules
from core.checkpoints.cards import DevScore

SMALL = Prospect(
    "small", "Small", "bert", True, frozenset({"encoder", "inference"}), "", 512, 20_000_000, 10_000_000, 40.0, "small",
    (DevScore("text-classification", "SNLI", "accuracy", 0.74, 1000),),
)  # fmt: skip
LARGE = replace(
    SMALL, id="org/large", here=False, body=300_000_000, megabytes=700.0, measured="", scores=(),
    skills=frozenset({"encoder", "inference", "languages"}),
)  # fmt: skip
BIO = replace(LARGE, id="org/bio", body=80_000_000, skills=frozenset({"masked-lm"}), domain="biomedicine")
ALL = (BIO, LARGE, SMALL)
MEASURED = {"small": 10.0}


def ids(wish: Wish) -> list[str]:
    """Those that fit, the best first."""
    return [one.prospect.id for one in rank(wish, ALL, MEASURED) if not one.against]


def of(id: str, wish: Wish) -> Advice:
    return next(one for one in rank(wish, ALL, MEASURED) if one.prospect.id == id)


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish("classes"), ["org/large", "small"]),
        (Wish("classes", milliseconds=50), ["small"]),
        (Wish("classes", megabytes=30), []),
        (Wish("classes", language="many"), ["org/large"]),
        (Wish("classes", tokens=4000), []),
        (Wish("classes", domain="biomedicine", rows="many"), ["org/bio", "small", "org/large"]),
        (Wish("gaps", domain="biomedicine"), ["org/bio"]),
        (Wish("names"), []),
        (Wish("names", rows="few", tokens=4000), ["small", "org/large"]),
        (Wish("search", rows="many"), []),
    ],
)
def test_what_fits_comes_in_order(wish: Wish, expected: list[str]) -> None:
    assert ids(wish) == expected


def test_reasons_have_their_facts_and_rules() -> None:
    small, large = of("small", Wish("classes")), of("org/large", Wish("classes", milliseconds=50))
    texts = [one.text for one in small.reasons]
    assert "accuracy 0.740 on SNLI" in texts
    assert "10 ms for a text of yours, measured here" in texts
    assert [one.text for one in large.against] == ["about 300 ms for a text of yours, estimated from its layers"]
    assert all(one.rule in rules().values() for one in (*small.reasons, *large.reasons))


def test_before_anything_is_measured_no_time_is_told() -> None:
    assert {one.milliseconds for one in rank(Wish(), ALL, {})} == {None}


def test_windows_take_their_time_and_a_cut_text_only_what_is_read() -> None:
    assert of("small", Wish("names", tokens=4000, rows="few")).milliseconds == pytest.approx(80.0)
    assert of("small", Wish("classes", tokens=4000)).milliseconds == pytest.approx(10.24)


def test_some_wishes_are_not_for_a_bert_and_all_others_are_ranked() -> None:
    for purpose, language, domain, tokens, rows in product(PURPOSES, TONGUES, FIELDS, LENGTHS, AMOUNTS):
        wish = Wish(purpose, language, domain, tokens, 0, 0, rows)
        assert bool(refusal(wish)) == (purpose == "writing" or tokens > 4096)
        if purpose != "writing":
            assert len(rank(wish, ALL, MEASURED)) == len(ALL)


def test_every_rule_has_a_source() -> None:
    assert all(rule.says and rule.source for rule in rules().values())
    assert all(rule.link.startswith("https://") for rule in rules().values() if rule.link)
