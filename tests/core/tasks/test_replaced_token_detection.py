"""replaced-token-detection against plain transformers: the sigmoid of ElectraForPreTraining's logits."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftModel
from transformers import ElectraForPreTraining

from core.checkpoints.catalog import load_catalog
from core.provenance import Provenance, Timing
from core.runtime.local import LocalEngine
from core.tasks.replaced_token_detection.schema import (
    JudgedToken,
    ReplacedTokenDetectionRequest,
    ReplacedTokenDetectionResult,
)

TINY = "tiny_replaced_token_detection"
TEXTS = ["The chef cooked the carpet for dinner.", "Ouagadougou!", "Zürich 🍕 is unbelievably good."]
CHECKPOINTS = [TINY, *(row.id for row in load_catalog().supporting("replaced-token-detection"))]
Reference = Callable[..., tuple[Any, Any]]


@pytest.fixture(params=CHECKPOINTS)
def checkpoint(request: pytest.FixtureRequest) -> str:
    """A random one, then those that come with the playground."""
    return str(request.param)


@pytest.fixture
def engine_of(float32_engine: LocalEngine, tiny_engine: LocalEngine) -> Callable[[str], LocalEngine]:
    return lambda checkpoint: tiny_engine if checkpoint == TINY else float32_engine


def ask(engine: LocalEngine, text: str, checkpoint: str = TINY) -> ReplacedTokenDetectionResult:
    (result,) = engine.run("replaced-token-detection", checkpoint, [ReplacedTokenDetectionRequest(text)])
    assert isinstance(result, ReplacedTokenDetectionResult)
    return result


def expected(model: Any, tokenizer: Any, text: str) -> torch.Tensor:
    """The probability of each piece, (pieces,)."""
    with torch.inference_mode():
        return model(**tokenizer(text, return_tensors="pt")).logits[0, 1:-1].sigmoid()


def judged(text: str, *scores: float) -> ReplacedTokenDetectionResult:
    """A result with a piece a word."""
    tokens, start = [], 0
    for n, (word, score) in enumerate(zip(text.split(), scores, strict=True)):
        tokens.append(JudgedToken(start, start + len(word), word, n, score))
        start += len(word) + 1
    return ReplacedTokenDetectionResult(text, tuple(tokens), Provenance("a", "1", "float32", "cpu", 5, Timing()))


def test_numbers_are_those_of_transformers(
    checkpoint: str, engine_of: Callable[[str], LocalEngine], reference: Reference
) -> None:
    engine = engine_of(checkpoint)
    model, tokenizer = reference(engine.catalog[checkpoint])
    assert isinstance(model, (ElectraForPreTraining, PeftModel))
    for text in TEXTS:
        result = ask(engine, text, checkpoint)
        np.testing.assert_allclose([t.score for t in result.tokens], expected(model, tokenizer, text), atol=1e-4)
        assert [text[t.start : t.end] for t in result.tokens] == [t.text for t in result.tokens]


def test_special_tokens_are_left_out(tiny_engine: LocalEngine) -> None:
    result = ask(tiny_engine, TEXTS[0])
    assert [token.text for token in result.tokens] == ["The", "chef", "cooked", "the", "carpet", "for", "dinner", "."]
    assert result.provenance.tokens == 10


def test_a_word_is_as_suspicious_as_its_most_suspicious_piece(tiny_engine: LocalEngine) -> None:
    result = ask(tiny_engine, TEXTS[1])
    word, mark = result.words
    pieces = [token.score for token in result.tokens if token.word == word.word]
    assert len(pieces) > 1
    assert (word.text, word.score, mark.text) == ("Ouagadougou", max(pieces), "!")


def test_a_long_text_is_read_in_windows(tiny_engine: LocalEngine, reference: Reference) -> None:
    text = "The river runs through the town. " * 100
    result = ask(tiny_engine, text)
    assert len(result.tokens) == 700
    assert not result.provenance.unread
    assert [text[t.start : t.end] for t in result.tokens] == [t.text for t in result.tokens]
    model, tokenizer = reference(tiny_engine.catalog[TINY])
    ids = tokenizer(text)["input_ids"]
    with torch.inference_mode():
        first = model(input_ids=torch.tensor([[*ids[:511], ids[-1]]])).logits[0, 1:-1].sigmoid()
    np.testing.assert_allclose([t.score for t in result.tokens[:350]], first[:350], atol=1e-4)


def test_suspects_are_more_probably_swapped_than_not() -> None:
    result = judged("the chef cooked the carpet", 0.1, 0.6, 0.5, 0.0, 0.93)
    assert [word.text for word in result.suspects] == ["chef", "carpet"]
    assert result.most_suspicious == result.tokens[-1]
    assert judged("the chef", 0.1, 0.2).suspects == ()
    assert judged("").most_suspicious is None
