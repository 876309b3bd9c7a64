"""Two texts of which one is right: how often a checkpoint finds that one the more probable."""

import random
from collections.abc import Sequence
from pathlib import Path

from core.engine import Engine
from recipes.corpora import draw_sentences, read_jsonl
from recipes.likelihood import log_likelihoods
from recipes.predict import Measures

EVERY_NTH_PAIR = 3  # of the 100 of each kind
ORDER_SEED = 2024
REORDERED_SENTENCES = 2000


def measure_minimal_pairs(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """Grammatical against ungrammatical, a word or its place apart (Warstadt et al. 2020, arxiv.org/abs/1912.00582)."""
    rows = read_jsonl(file)[::EVERY_NTH_PAIR]
    pairs = [(row["good"], row["bad"]) for row in rows]
    return {"minimal pairs": share_preferred(engine, checkpoint, pairs)}, len(pairs)


def measure_word_order(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """Sentences as they were written against the same with two neighbouring words exchanged."""
    pairs = exchange_words(file)
    return {"word order": share_preferred(engine, checkpoint, pairs)}, len(pairs)


def share_preferred(engine: Engine, checkpoint: str, pairs: Sequence[tuple[str, str]]) -> float:
    """How often the first text of a pair is the more probable one; a tie is a miss."""
    values = log_likelihoods(engine, checkpoint, [text for pair in pairs for text in pair])
    return sum(first > second for first, second in zip(values[::2], values[1::2], strict=True)) / len(pairs)


def exchange_words(file: Path) -> list[tuple[str, str]]:
    """2,000 sentences, each with another that has two neighbouring words exchanged, never the first or last."""
    rng = random.Random(ORDER_SEED)
    pairs = []
    for sentence in draw_sentences(file, rng):
        words = sentence.split(" ")
        places = [n for n in range(1, len(words) - 2) if exchangeable(words[n], words[n + 1])]
        if places:
            place = rng.choice(places)
            exchanged = [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
            pairs.append((sentence, " ".join(exchanged)))
    return pairs[:REORDERED_SENTENCES]


def exchangeable(word: str, following: str) -> bool:
    """Whether both are bare words, and not the same one."""
    return word.isalpha() and following.isalpha() and word.lower() != following.lower()
