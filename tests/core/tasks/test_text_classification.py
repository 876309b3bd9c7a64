"""text-classification against plain transformers and peft, the adapter unmerged."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.runtime.local import LocalEngine
from core.tasks.text_classification.schema import TextClassificationRequest, TextClassificationResult

PAIRS = [
    ("A gripping, beautiful film.", ""),
    ("A dull mess that wastes two hours.", ""),
    ("A man plays the guitar on stage.", "A man is making music."),
    ("A man plays the guitar on stage.", "Nobody is playing anything."),
    ("It was " + "very " * 120 + "good.", "Was it?"),
]
CHECKPOINTS = ["minilm-sentiment", "minilm-nli", "tiny_sequence_classification"]
Reference = Callable[..., tuple[Any, Any]]


def ask(engine: LocalEngine, checkpoint: str, pairs: list[tuple[str, str]] = PAIRS) -> list[dict[str, float]]:
    results = engine.run("text-classification", checkpoint, [TextClassificationRequest(*pair) for pair in pairs])
    return [scores(result) for result in results]


def scores(result: Any) -> dict[str, float]:
    assert isinstance(result, TextClassificationResult)
    return {label.label: label.score for label in result.labels}


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_probabilities_are_those_of_transformers(
    checkpoint: str, float32_engine: LocalEngine, tiny_engine: LocalEngine, reference: Reference
) -> None:
    engine = tiny_engine if checkpoint.startswith("tiny") else float32_engine
    model, tokenizer = reference(engine.catalog[checkpoint])
    for (text, pair), got in zip(PAIRS, ask(engine, checkpoint), strict=True):
        with torch.inference_mode():
            logits = model(**tokenizer(text, pair or None, return_tensors="pt")).logits[0]
        wanted = dict(zip(model.config.id2label.values(), logits.softmax(-1).tolist(), strict=True))
        assert got == pytest.approx(wanted, abs=1e-4)
        assert list(got) == sorted(wanted, key=lambda label: -wanted[label])
        assert sum(got.values()) == pytest.approx(1)


@pytest.mark.parametrize("checkpoint", ["minilm-sentiment", "minilm-nli"])
def test_one_by_one_gives_what_a_batch_gives(checkpoint: str, float32_engine: LocalEngine) -> None:
    for pair, together in zip(PAIRS, ask(float32_engine, checkpoint), strict=True):
        request = TextClassificationRequest(*pair)
        (alone,) = float32_engine.stream("text-classification", checkpoint, [request])
        assert together == pytest.approx(scores(alone), abs=1e-5)


@pytest.mark.parametrize("checkpoint", ["minilm-sentiment", "minilm-nli"])
def test_bfloat16_stays_close_to_float32(
    checkpoint: str, float32_engine: LocalEngine, bfloat16_engine: LocalEngine
) -> None:
    """Probabilities within 0.05, and the same winner wherever float32 prefers it by more than that."""
    for exact, rounded in zip(ask(float32_engine, checkpoint), ask(bfloat16_engine, checkpoint), strict=True):
        assert rounded == pytest.approx(exact, abs=0.05)
        first, second, *_ = exact.values()
        if first - second > 0.05:
            assert next(iter(exact)) == next(iter(rounded))


def test_praise_and_complaint(engine: LocalEngine) -> None:
    praise, complaint = ask(engine, "minilm-sentiment", PAIRS[:2])
    assert next(iter(praise)).lower().startswith("pos")
    assert next(iter(complaint)).lower().startswith("neg")


def test_entailment_and_contradiction(engine: LocalEngine) -> None:
    follows, contradicts = ask(engine, "minilm-nli", PAIRS[2:4])
    assert next(iter(follows)) == "entailment"
    assert next(iter(contradicts)) == "contradiction"


def test_a_result_holds_both_texts_of_its_pair(tiny_engine: LocalEngine) -> None:
    for texts in (("A", ""), ("A", "B")):
        request = TextClassificationRequest(*texts)
        (result,) = tiny_engine.run("text-classification", "tiny_sequence_classification", [request])
        assert isinstance(result, TextClassificationResult)
        assert (result.text, result.text_pair) == texts


def test_order_of_a_pair_matters(tiny_engine: LocalEngine) -> None:
    there, back = ask(tiny_engine, "tiny_sequence_classification", [("a cat", "a dog"), ("a dog", "a cat")])
    assert not np.allclose(sorted(there.values()), sorted(back.values()))
