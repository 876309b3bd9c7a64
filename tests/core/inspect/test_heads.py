"""The head finder on planted heads, of which it is known what they do."""

import numpy as np
import pytest

from core.errors import InputError
from core.inspect.grammar import ParsedSentence, ParsedWord, sentences
from core.inspect.heads import FROM_HEAD, PRONOUN, RELATIONS, TO_HEAD, Tally, as_json, find_heads, links_of
from core.provenance import Provenance, Timing
from core.runtime.local import LocalEngine
from core.tasks.attention.schema import AttentionResult

SENTENCES = sentences(60)


def read(engine: LocalEngine, sentence: ParsedSentence, weights: np.ndarray) -> AttentionResult:
    """As if the engine had given weights, (1, heads, words, words), between [CLS] and the words, each cut in two."""
    spans, owners = [(0, 0)], [-1]
    for n, word in enumerate(sentence.words):
        middle = (word.start + word.end) // 2
        halves = [(word.start, middle), (middle, word.end)] if middle > word.start else [(word.start, word.end)]
        spans += halves
        owners += [n] * len(halves)
    own = np.zeros((1, weights.shape[1], len(spans), len(spans)))
    for q, query in enumerate(owners):
        for k, key in enumerate(owners):
            if query >= 0 and key >= 0:
                own[:, :, q, k] = weights[:, :, query, key] / owners.count(key)
            elif key < 0:
                own[:, :, q, k] = 0.5  # a sink that has to be ignored
    tokens = ("[CLS]", *(sentence.text[start:end] for start, end in spans[1:]))
    means = np.zeros(own.shape[:2], dtype=np.float32)
    return AttentionResult(tokens, tokens, tuple(spans), own.astype(np.float16), means, means, COST)


COST = Provenance("planted", "1", 1, "float32", "cpu", Timing(), (), False)


def planted(sentence: ParsedSentence) -> np.ndarray:
    """Head 1 attends to the head, or as a pronoun to its antecedent; head 2 is attended to by them; head 3 to the next
    word; every word also to itself, most of all."""
    count = len(sentence.words)
    weights = np.zeros((1, 3, count, count))
    for n, word in enumerate(sentence.words):
        target = word.antecedent if word.antecedent >= 0 else word.head
        weights[0, 0, n, target] = weights[0, 1, target, n] = 0.3
        weights[0, 2, n, min(n + 1, count - 1)] = 0.3
        weights[0, :, n, n] = 0.4
    return weights


def test_planted_heads_are_found(tiny_engine: LocalEngine) -> None:
    tally = Tally()
    for sentence in SENTENCES:
        tally.add(sentence, read(tiny_engine, sentence, planted(sentence)))
    found = tally.findings("planted")
    for relation in RELATIONS:
        best = found.best(relation, TO_HEAD)[0], found.best(relation, FROM_HEAD)[0]
        if relation not in (PRONOUN, "possessive", "subject-verb"):  # a pronoun has two targets here
            assert [(one.head, one.accuracy, one.error) for one in best] == [(1, 1.0, 0.0), (2, 1.0, 0.0)]
    assert found.best(PRONOUN, TO_HEAD)[0].accuracy == 1
    next_word = [one for one in found.relations if one.head == 3 and one.direction == TO_HEAD]
    for one in next_word:  # what always attends to the next word is as good as that offset
        assert one.offset != 1 or one.accuracy == pytest.approx(one.offset_accuracy)
    assert found.sentences == len(SENTENCES)


def test_offsets_and_counts_are_those_of_the_sentences(tiny_engine: LocalEngine) -> None:
    found = find_heads(tiny_engine, "tiny_encoder", SENTENCES)
    for relation, names in RELATIONS.items():
        away = [
            (word.antecedent if relation == PRONOUN else word.head) - n
            for sentence in SENTENCES
            for n, word in enumerate(sentence.words)
            if (word.antecedent >= 0 if relation == PRONOUN else word.relation in names)
        ]
        shares = {offset: away.count(offset) / len(away) for offset in (-3, -2, -1, 1, 2, 3)}
        best = found.best(relation)[0]
        assert (best.n, best.offset_accuracy) == (len(away), max(shares.values()))
        assert shares[best.offset] == best.offset_accuracy
        assert len(found.best(relation, top_k=99)) == 2 * 2 * 4  # directions × layers × heads


def test_habits_are_means_over_pieces() -> None:
    words = tuple(ParsedWord("ab", start, start + 2, "X", -1, "root") for start in (0, 3, 6)) + (
        ParsedWord(".", 8, 9, "PUNCT", 0, "punct"),
    )
    row = np.array([0.1, 0.2, 0.3, 0.15, 0.25])  # on [CLS] ab ab ab .
    weights = np.tile(row, (1, 1, 5, 1)).astype(np.float16)
    tokens, spans = ("[CLS]", "ab", "ab", "ab", "."), ((0, 0), (0, 2), (3, 5), (6, 8), (8, 9))
    means = np.zeros((1, 1), dtype=np.float32)
    tally = Tally()
    tally.add(ParsedSentence("ab ab ab.", words), AttentionResult(tokens, tokens, spans, weights, means, means, COST))
    wanted = {"first": 0.1, "previous": (0.1 + 0.2 + 0.3 + 0.15) / 4, "next": (0.3 + 0.15 + 0.25) / 4}
    wanted |= {"diagonal": (0.2 + 0.3 + 0.15 + 0.25) / 4, "separator": 0, "punctuation": 0.25}
    wanted |= {"entropy": -float((row * np.log2(row)).sum())}
    for name, mean in wanted.items():
        assert tally.habits[name][0, 0] / tally.pieces == pytest.approx(mean, abs=2e-3)
    same = ((0.3 + 0.15) + (0.2 + 0.15) + (0.2 + 0.3)) / 3
    assert tally.habits["same"][0, 0] / tally.repeated == pytest.approx(same, abs=2e-3)


def test_minilm_finds_determiners_and_adjectives(float32_engine: LocalEngine) -> None:
    found = find_heads(float32_engine, "minilm", sentences(80))
    for relation in ("determiner-noun", "adjective-noun", "pronoun-antecedent"):
        best = found.best(relation)[0]
        assert best.accuracy > best.offset_accuracy + 0.1
    previous = max(found.heads, key=lambda one: one.previous)
    assert previous.previous > 0.9
    written = as_json(found)
    assert len(written["relations"]) == 2 * len(RELATIONS)
    assert len(written["heads"]) == 72


def test_pronouns_go_to_their_antecedents() -> None:
    sentence = next(one for one in SENTENCES if any(word.antecedent >= 0 for word in one.words))
    ((pronoun, antecedent),) = links_of(sentence)[PRONOUN]
    assert sentence.words[pronoun].antecedent == antecedent


def test_too_few_sentences_and_none_of_the_relations_are_refused(tiny_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match="There are 3 sentences; the head finder needs at least 20"):
        find_heads(tiny_engine, "tiny_encoder", SENTENCES[:3])
    lone = ParsedSentence("Yes", (ParsedWord("Yes", 0, 3, "INTJ", -1, "root"),))
    with pytest.raises(InputError, match="None of the relations occurs"):
        find_heads(tiny_engine, "tiny_encoder", [lone] * 30)
