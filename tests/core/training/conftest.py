"""A tokenizer that comes with the playground, and invented sentences as text in its tokens."""

import random

import numpy as np
import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from core.checkpoints.catalog import MODELS
from core.training.windows import TokenisedText
from tests.invented import invented_sentences


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(MODELS / "mini-bert")


@pytest.fixture(scope="session")
def text(tokenizer: PreTrainedTokenizerBase) -> TokenisedText:
    """Sixty documents."""
    rng = random.Random(4)
    tokens: list[int] = []
    sentences, documents = [], []
    for _ in range(60):
        documents.append(len(tokens))
        for sentence in invented_sentences(rng, rng.randint(16, 40)):
            sentences.append(len(tokens))
            tokens += tokenizer(sentence, add_special_tokens=False)["input_ids"]
        tokens.append(tokenizer.sep_token_id)
    return TokenisedText(np.array(tokens, np.uint16), np.array(sentences), np.array(documents))
