"""One sentence read in five ways."""

import numpy as np
import pytest

from core.errors import InputError
from core.first_look import (
    MOST_CHARACTERS,
    MOST_TOKENS,
    READINGS,
    FirstLook,
    check,
    first_look,
    links,
    opening,
    with_gap,
)
from core.provenance import Provenance, Timing
from core.runtime.local import LocalEngine
from core.tasks.attention.schema import AttentionRequest, AttentionResult
from tests.fake_engine import FakeEngine

COST = Provenance("any", "1", "float32", "cpu", 4, Timing())


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("She loved to play the piano.", "She loved to play the ___."),
        ("We saw her there.", "We ___ her there."),
        ("It is not so!", "It is not ___!"),
        ("Don't ask John's sister-in-law", "Don't ask John's ___"),
        ("A ___ of tea", "A ___ of tea"),
        ("Straßen und Plätze.", "Straßen und ___."),
    ],
)
def test_the_last_word_that_says_something_is_hidden(sentence: str, asked: str) -> None:
    assert with_gap(sentence) == asked


def test_a_text_without_words_has_none_to_hide() -> None:
    with pytest.raises(InputError, match="no word to hide"):
        with_gap("🦜 …")


@pytest.mark.parametrize("sentence", ["", "  \n", "x" * (MOST_CHARACTERS + 1)])
def test_what_is_no_sentence_is_refused(sentence: str) -> None:
    with pytest.raises(InputError):
        check(sentence)


def test_a_sentence_of_the_longest_length_is_read() -> None:
    check("x" * MOST_CHARACTERS)


def test_each_look_asks_the_checkpoint_that_its_page_opens_with() -> None:
    engine = FakeEngine()
    look = first_look(engine, engine.catalog, "Oslo is cold in winter.")
    assert [task for task, _, _ in engine.calls] == [
        "fill-mask",
        "token-classification",
        "text-classification",
        "feature-extraction",
        "attention",
    ]
    for task, checkpoint, _ in engine.calls:
        assert checkpoint == engine.catalog.supporting(task)[0].id
    assert look.checkpoints == ("minilm-fill-mask", "minilm-ner", "minilm-sentiment", "minilm")
    assert look.hidden.word == "winter"
    assert look.hidden.asked[look.hidden.start : look.hidden.end] == "___"


def test_the_sentences_to_compare_with_go_as_one_batch() -> None:
    engine = FakeEngine()
    found = READINGS["neighbours"](engine, engine.catalog, "Oslo is cold in winter.")
    (call,) = engine.calls
    assert [request.text for request in call[2]] == ["Oslo is cold in winter.", *opening().neighbours]
    assert [hit.similarity for hit in found.hits] == sorted((hit.similarity for hit in found.hits), reverse=True)


def attention(labels: list[str], offsets: list[tuple[int, int]], weights: np.ndarray) -> AttentionResult:
    """The weights, (query, key), of the head that Home asks for."""
    means = np.zeros((6, 12), np.float32)
    head = weights[None, None].astype(np.float16)
    return AttentionResult(tuple(labels), tuple(labels), tuple(offsets), head, means, means, COST)


def test_links_leave_special_tokens_out_and_show_tokens_as_typed() -> None:
    weights = np.arange(25).reshape(5, 5) / 25
    result = attention(["[CLS]", "ka", "##rl", "!", "[SEP]"], [(0, 0), (0, 2), (2, 4), (4, 5), (5, 5)], weights)
    found = links(result, "Karl!", "any")
    assert found.tokens == ("Ka", "##rl", "!")
    assert np.array(found.weights) == pytest.approx(weights[1:4, 1:4], abs=1e-3)
    assert found.strongest == (1, 0), "neither a token with itself nor with punctuation"
    assert found.more == 0


def test_links_end_after_so_many_tokens() -> None:
    count = MOST_TOKENS + 5
    text = "a" * count
    result = attention(["a"] * count, [(n, n + 1) for n in range(count)], np.ones((count, count)) / count)
    found = links(result, text, "any")
    assert len(found.tokens) == len(found.weights) == MOST_TOKENS
    assert found.more == 5


def test_no_link_is_strongest_where_there_is_one_word() -> None:
    assert links(attention(["a"], [(0, 1)], np.ones((1, 1))), "a", "any").strongest is None


def test_what_is_drawn_is_what_the_model_gives(engine: LocalEngine) -> None:
    sentence = opening().sentence
    found = READINGS["links"](engine, engine.catalog, sentence)
    (result,) = engine.run("attention", found.checkpoint, [AttentionRequest(sentence)])
    head = result.attentions[opening().layer - 1, opening().head - 1]
    assert np.array(found.weights) == pytest.approx(head[1:-1, 1:-1].astype(float))
    assert found.tokens[:4] == ("Clara", "moved", "to", "Vienna")


def test_the_opening_shows_each_look_at_its_best(engine: LocalEngine) -> None:
    look = first_look(engine, engine.catalog, opening().sentence)
    assert isinstance(look, FirstLook)
    assert look.hidden.fills[0].text == look.hidden.word == "piano"
    assert [(e.text, e.entity_group) for e in look.names.entities] == [("Clara", "PER"), ("Vienna", "LOC")]
    assert look.sentiment.labels[0].label == "positive"
    tokens = look.links.tokens
    assert max(range(len(tokens)), key=lambda k: look.links.weights[tokens.index("she")][k]) == tokens.index("Clara")
