"""The parts of a comparison that do not depend on the clock."""

from benchmarks.sentences import make_sentences, mask_one_word
from benchmarks.timing import Comparison, time_peers


def test_sentences_are_the_same_in_every_run_and_of_mixed_length():
    sentences = make_sentences(200)
    assert sentences == make_sentences(200)
    assert max(map(len, sentences)) > 4 * min(map(len, sentences))


def test_one_word_is_masked():
    masked = mask_one_word("The mayor opened the museum.", seed=3)
    assert masked.split().count("[MASK]") == 1
    assert masked.endswith("museum.")


def test_every_peer_runs_once_a_round_and_once_before():
    calls: list[str] = []
    peers = {"engine": lambda: calls.append("engine"), "peer": lambda: calls.append("peer")}
    seconds, _ = time_peers(peers, rounds=2)
    assert calls == ["engine", "peer"] * 3
    assert set(seconds) == {"engine", "peer"}


def test_the_ratio_is_to_the_fastest_peer():
    comparison = Comparison("x", "rows", 10, {"engine": 2.0, "slow": 30.0, "fast": 8.0}, "", 4)
    assert comparison.best_peer == "fast"
    assert comparison.ratio == 4
