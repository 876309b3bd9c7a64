"""A corpus of invented sentences, and variants with batches small enough for tests."""

import random

import pytest

from recipes.pretraining.text import encode, train_tokenizer
from recipes.pretraining.variant import TokenisedCorpus

NOUNS = ["miller", "lantern", "orchard", "ferry", "kettle", "wagon", "violin", "harbour", "pigeon", "ladder", "meadow"]
VERBS = ["watches", "mends", "carries", "paints", "forgets", "follows", "borrows", "counts", "finds", "sells"]
ENDS = ["before the rain", "in Tarn", "after supper", "near the old mill", "for two coins", "by the river"]


def invented(rng: random.Random) -> list[str]:
    """A document: paragraphs of short sentences."""
    sentences = [
        f"The {rng.choice(NOUNS)} {rng.choice(VERBS)} a {rng.choice(NOUNS)} {rng.choice(ENDS)}."
        for _ in range(rng.randint(16, 40))
    ]
    return [" ".join(sentences[i : i + 5]) for i in range(0, len(sentences), 5)]


@pytest.fixture(scope="session")
def documents():
    rng = random.Random(4)
    return [invented(rng) for _ in range(60)]


@pytest.fixture(scope="session")
def tokenizer(documents):
    return train_tokenizer("wordpiece", iter(documents), vocabulary=90)


@pytest.fixture(scope="session")
def corpus(documents, tokenizer):
    return TokenisedCorpus(tokenizer, encode(iter(documents), tokenizer), encode(iter(documents[:4]), tokenizer))


@pytest.fixture(scope="session")
def byte_corpus(documents):
    tokenizer = train_tokenizer("bytes", iter(documents), vocabulary=340)
    return TokenisedCorpus(tokenizer, encode(iter(documents), tokenizer), encode(iter(documents[:4]), tokenizer))
