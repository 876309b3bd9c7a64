"""Pairs of sentences: what each kind is made of, and what a model that was trained on topics makes of them."""

from collections import Counter

import pytest

from core.errors import InputError
from core.inspect.next_sentence import (
    KINDS,
    AnsweredPair,
    PairsRun,
    SentencePair,
    make_pairs,
    own_documents,
    read_documents,
    score_kinds,
)
from core.jobs import State
from core.runtime.local import LocalEngine


def test_pairs_are_of_the_kind_that_they_say() -> None:
    documents = own_documents()
    place = {sentence: (d, n) for d, one in enumerate(documents) for n, sentence in enumerate(one)}
    assert len(place) == sum(map(len, documents)), "no sentence comes up twice"
    pairs = make_pairs(documents)
    for one in pairs:
        (doc_a, a), (doc_b, b) = place[one.text_a], place[one.text_b]
        told = {
            "follows": doc_a == doc_b and b == a + 1,
            "swapped": doc_a == doc_b and b == a - 1,
            "elsewhere": doc_a != doc_b,
            "same document": doc_a == doc_b and abs(b - a) > 1,
        }
        assert told[one.kind], one
    assert set(Counter(one.kind for one in pairs).values()) == {80}
    assert pairs == make_pairs(documents) != make_pairs(documents, seed=2)


def test_scores_count_what_is_right() -> None:
    pair = {kind: SentencePair(kind, "a", "b") for kind in KINDS}
    judged = [
        AnsweredPair(pair["follows"], 0.9),
        AnsweredPair(pair["follows"], 0.2),
        AnsweredPair(pair["swapped"], 0.8),
    ]
    follows, swapped = score_kinds(judged)
    assert (follows.kind, follows.pairs, follows.right, follows.follows) == ("follows", 2, 0.5, pytest.approx(0.55))
    assert (swapped.kind, swapped.pairs, swapped.right) == ("swapped", 1, 0.0)
    assert swapped.error > 0


@pytest.mark.parametrize("text", ["", "One.\nTwo.", "One.\n\nTwo.", "a\n" * 1001 + "\nb"])
def test_documents_that_give_no_pairs_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_documents(text)


def test_documents_are_read_from_lines() -> None:
    assert read_documents(" One. \nTwo.\n \n\n\nThree.") == (("One.", "Two."), ("Three.",))


def test_a_model_that_learned_topics_knows_no_order(float32_engine: LocalEngine) -> None:
    state = State(0)
    PairsRun("mini-bert", own_documents()[:8]).run(float32_engine, None, state)
    scores = {one.kind: one for one in score_kinds(state.result)}
    assert scores["elsewhere"].follows < scores["follows"].follows - 0.2
    assert scores["swapped"].follows == pytest.approx(scores["follows"].follows, abs=0.15)
