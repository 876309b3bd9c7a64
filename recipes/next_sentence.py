"""Neighbouring sentences of a raw text, and how often a checkpoint knows them from two that are not neighbours."""

import random
from itertools import pairwise
from pathlib import Path

from core.engine import Engine
from core.files.metrics import accuracy
from core.tasks.next_sentence_prediction.schema import FOLLOWS, NextSentencePredictionRequest
from recipes.corpora import read_paragraphs, split_sentences
from recipes.predict import Measures, predict

PAIR_SEED = 2024
SENTENCE_PAIRS = 2000


def measure_next_sentence(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """How often “does B follow A?” is right; half of the pairs do (Devlin et al. 2019, arxiv.org/abs/1810.04805)."""
    pairs = sentence_pairs(file)
    requests = [NextSentencePredictionRequest(first, second) for first, second, _ in pairs]
    results = predict(engine, "next-sentence-prediction", checkpoint, requests)
    said = [result.labels[0].label == FOLLOWS for result in results]
    return {"next sentence": accuracy(said, [follows for _, _, follows in pairs])}, len(pairs)


def sentence_pairs(file: Path) -> list[tuple[str, str, bool]]:
    """2,000 pairs of sentences of 8 to 60 words, and whether the second follows the first in its paragraph. Where it
    does not, it stands half the file away, so in another article."""
    sentences = (split_sentences(p) for p in read_paragraphs(file))
    near = [pair for found in sentences for pair in pairwise(found) if all(8 <= len(s.split()) <= 60 for s in pair)]
    rng = random.Random(PAIR_SEED)
    chosen = rng.sample(range(len(near)), min(SENTENCE_PAIRS, len(near)))
    pairs = []
    for n, place in enumerate(chosen):
        away = (place + len(near) // 2) % len(near)
        pairs.append((near[place][0], near[place if n % 2 else away][1], bool(n % 2)))
    return pairs
