"""Probes on planted data: what was planted is found, what was not is not."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import InputError
from core.inspect.probing import PENALTIES, ProbeResult, Ridge, divide, mean_and_error, probe, rows_of
from core.inspect.properties import ProbeRows
from core.inspect.words import SpannedText, WordStates

SENTENCES, WORDS, KINDS, WIDTH = 200, 10, 60, 40


def planted(seed: int = 0) -> tuple[ProbeRows, np.ndarray]:
    """Sentences of random words. A word's class is that of its place in the sentence, half and half, so no word knows
    it. Layer 0 has the words alone, layer 1 the class too, layer 2 neither: (3, rows, hidden)."""
    random = np.random.default_rng(seed)
    count = SENTENCES * WORDS
    kinds, y = random.integers(KINDS, size=count), random.integers(2, size=count)
    noise = random.normal(size=(3, count, WIDTH)) / 4
    directions = np.linalg.qr(random.normal(size=(WIDTH, WIDTH)))[0]
    words = random.normal(size=(KINDS, WIDTH - 2)) @ directions[2:]
    states = noise.copy()
    states[0] += words[kinds]
    states[1] += words[kinds] + np.outer(2 * y - 1, directions[0])
    labelled = ProbeRows(
        "planted",
        (SpannedText("", ()),) * SENTENCES,
        tuple(np.repeat(np.arange(SENTENCES), WORDS).tolist()),
        tuple(np.tile(np.arange(WORDS), SENTENCES).tolist()),
        tuple("ab"[n] for n in y),
        tuple(f"w{n}" for n in kinds),
        True,
    )
    return labelled, states.astype(np.float32)


@pytest.fixture(scope="module")
def result() -> ProbeResult:
    labelled, states = planted()
    return probe("a", labelled, states, states[[2, 2, 2]])


def test_a_planted_feature_is_found_where_it_was_planted(result: ProbeResult) -> None:
    words, feature, noise = result.layers
    assert feature.accuracy > 0.98
    for other in (words, noise):
        assert abs(other.accuracy - 0.5) < 4 * other.error + 0.03
    assert feature.unseen is not None
    assert feature.unseen > 0.95
    assert result.n_unseen > 20
    assert result.best is feature
    assert result.centre == pytest.approx(1)


def test_selectivity_is_high_where_the_probe_reads_no_words(result: ProbeResult) -> None:
    """The words of the first two layers can be remembered, so the control task is learned; the noise cannot."""
    words, feature, noise = result.layers
    assert words.control > 0.6 > noise.control
    labelled, states = planted()
    alone = states - states[:1]  # the feature without the words
    assert probe("a", labelled, alone).layers[1].selectivity > 0.3
    assert words.selectivity < 0


def test_an_untrained_network_without_the_feature_is_at_chance(result: ProbeResult) -> None:
    assert all(one.untrained is not None and abs(one.untrained - 0.5) < 0.1 for one in result.layers)


def test_a_random_label_is_not_found() -> None:
    labelled, states = planted(3)
    random = np.random.default_rng(9)
    shuffled = replace(labelled, labels=tuple(random.permutation(labelled.labels).tolist()))
    for layer in probe("a", shuffled, states).layers:
        assert abs(layer.accuracy - 0.5) < 3 * layer.error + 0.02


def test_sentences_are_not_divided_and_held_out_words_are_never_trained_on() -> None:
    labelled, _ = planted()
    split, texts, forms = divide(labelled, 0), np.array(labelled.texts), np.array(labelled.forms)
    trained = set(texts[split.train].tolist())
    assert not trained & set(texts[np.concatenate([split.choice, split.test, split.unseen])].tolist())
    assert not set(forms[split.train]) & set(forms[split.unseen])
    assert set(forms[split.test]) <= set(forms[split.train])
    assert len(set(texts[split.test].tolist())) == 60


def test_ridge_is_its_closed_form() -> None:
    random = np.random.default_rng(0)
    x, y = random.normal(size=(50, 5)).astype(np.float32), random.integers(3, size=50)
    ready = (x - x.mean(0)) / x.std(0)
    targets = np.eye(3)[y]
    for penalty in PENALTIES:
        weights = np.linalg.solve(ready.T @ ready + penalty * 0.05 * np.eye(5), ready.T @ (targets - targets.mean(0)))
        expected = (ready @ weights + targets.mean(0)).argmax(1)
        assert (Ridge(x).predict(x, y, 3, penalty) == expected).all()


def test_the_error_counts_sentences_not_words() -> None:
    texts = np.repeat(np.arange(100), 5)
    alike = np.repeat(np.arange(100) % 2 == 0, 5)  # all words of a sentence are right, or none
    assert mean_and_error(alike, texts) == pytest.approx((0.5, 0.05))
    assert mean_and_error(np.arange(500) % 2 == 0, np.arange(500))[1] == pytest.approx(0.5 / np.sqrt(500))


def test_rows_that_were_not_read_are_left_out() -> None:
    labelled, states = planted()
    found = WordStates(states[:, 3:], np.array(labelled.texts[3:]), np.array(labelled.words[3:]))
    kept, vectors = rows_of(labelled, found)
    assert (kept.labels, kept.texts) == (labelled.labels[3:], labelled.texts[3:])
    np.testing.assert_array_equal(vectors, states[:, 3:])
    whole = replace(labelled, texts=tuple(range(SENTENCES)), words=(-1,) * SENTENCES, of_words=False)
    kept, vectors = rows_of(whole, found)
    np.testing.assert_allclose(vectors[:, 1], states[:, 10:20].mean(1), atol=1e-6)


def test_one_class_or_few_sentences_are_refused() -> None:
    labelled, states = planted()
    with pytest.raises(InputError, match="All rows have the class “a”"):
        probe("a", replace(labelled, labels=("a",) * len(labelled.labels)), states)
    few = replace(labelled, texts=tuple(n % 20 for n in labelled.texts))
    with pytest.raises(InputError, match="20 labelled sentences"):
        probe("a", few, states)
