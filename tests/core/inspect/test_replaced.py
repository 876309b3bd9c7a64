"""Replaced tokens: what a generator draws with a seed, which words differ, and what is counted as noticed."""

import pytest

from core.errors import EmptyTextError, InputError
from core.inspect.replaced import (
    SwapScore,
    changed_words,
    generate,
    places_to_replace,
    score_swaps,
    swap_rows,
    with_words,
)
from core.runtime.local import LocalEngine
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest
from tests.fake_engine import FakeEngine

TEXT = "The old bridge over the river was closed, so the children crossed the water in a small boat."
GENERATOR = "mini-electra-generator"


@pytest.mark.parametrize(("rate", "count"), [(0.01, 1), (0.2, 4), (0.5, 9), (1.0, 18)])
def test_as_many_words_are_replaced_as_the_rate_says(rate: float, count: int) -> None:
    places = places_to_replace(TEXT, rate, 1)
    assert len(places) == count
    assert all(TEXT[start:end].isalpha() for start, end in places)
    assert places == places_to_replace(TEXT, rate, 1)


def test_a_seed_gives_the_same_words_and_they_stand_where_it_is_said(float32_engine: LocalEngine) -> None:
    made = generate(float32_engine, GENERATOR, TEXT, 0.3, 1)
    assert made.words == generate(float32_engine, GENERATOR, TEXT, 0.3, 1).words
    assert made.text != generate(float32_engine, GENERATOR, TEXT, 0.3, 2).text
    for one in made.words:
        assert made.text[one.new_start : one.new_end] == one.word
        assert TEXT[one.start : one.end] == one.original
        assert one.word[:1].isupper() or not one.original[:1].isupper()
    assert (
        with_words(TEXT, [(one.start, one.end) for one in made.words], [one.word for one in made.words])[0] == made.text
    )


def test_words_are_drawn_as_often_as_the_generator_says() -> None:
    drawn = [generate(FakeEngine(), GENERATOR, "one", 1.0, seed).words[0].word for seed in range(300)]
    assert abs(drawn.count("paris") / 300 - 0.75) < 4 * (0.75 * 0.25 / 300) ** 0.5
    hot = [generate(FakeEngine(), GENERATOR, "one", 1.0, seed, 3.0).words[0].word for seed in range(300)]
    assert hot.count("paris") < drawn.count("paris")


@pytest.mark.parametrize(("text", "error"), [("A ___ sat.", InputError), ("...", EmptyTextError), ("", EmptyTextError)])
def test_what_cannot_be_replaced_is_told(text: str, error: type[InputError]) -> None:
    with pytest.raises(error):
        generate(FakeEngine(), GENERATOR, text, 0.2, 1)


@pytest.mark.parametrize(
    ("edited", "changed"),
    [
        ("The cat sat.", []),
        ("the CAT, sat", []),
        ("The dog sat.", ["dog"]),
        ("The very old dog sat.", ["very", "old", "dog"]),
        ("The cat.", []),
        ("", []),
    ],
)
def test_words_that_differ(edited: str, changed: list[str]) -> None:
    assert [edited[start:end] for start, end in changed_words("The cat sat.", edited)] == changed


def test_what_is_noticed_is_counted() -> None:
    text = "a carpet and the book"
    (result,) = FakeEngine().run("replaced-token-detection", "mini-electra", [ReplacedTokenDetectionRequest(text)])
    score = score_swaps(result, changed_words("a hat and his book", text))
    assert score == SwapScore(words=5, changed=2, caught=1, alarms=1)
    assert score.unnoticed == 1
    assert score + score == SwapScore(10, 4, 2, 2)
    assert [row["changed"] for row in swap_rows("mine", result, ((2, 8),))] == [False, True, False, False, False]
