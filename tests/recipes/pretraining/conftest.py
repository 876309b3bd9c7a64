"""A corpus of invented sentences, and variants with batches small enough for tests."""

import random

import pytest

from recipes.pretraining.text import encode, train_tokenizer
from recipes.pretraining.variant import TokenisedCorpus
from tests.invented import invented_document


@pytest.fixture(scope="session")
def documents():
    rng = random.Random(4)
    return [invented_document(rng) for _ in range(60)]


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
