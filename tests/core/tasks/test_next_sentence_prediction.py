"""next-sentence-prediction against BertForNextSentencePrediction of plain transformers on the same weights."""

from typing import Any

import pytest
import torch
from transformers import AutoTokenizer, BertForNextSentencePrediction

from core.checkpoints.cards import scores_for
from core.checkpoints.catalog import MODELS
from core.runtime.local import LocalEngine
from core.tasks.next_sentence_prediction.schema import ELSEWHERE, FOLLOWS, NextSentencePredictionRequest
from core.tasks.text_classification.schema import TextClassificationResult
from tests.core.conftest import BOTH, package_folder

PAIRS = [
    ("The river rose after three days of rain.", "By Friday the lower town was under water."),
    ("The river rose after three days of rain.", "The album reached number four in the charts."),
    ("He was born in Paris in 1889.", "He studied law at the university there."),
    ("Zürich 🍕 שלום", "a"),
    ("It rained for " + "very " * 300 + "long.", "The river rose."),
]


def ask(engine: LocalEngine, pairs: list[tuple[str, str]] = PAIRS, checkpoint: str = "mini-bert") -> list[float]:
    """The probabilities that the second text follows, of one batch."""
    requests = [NextSentencePredictionRequest(*pair) for pair in pairs]
    results: list[Any] = engine.run("next-sentence-prediction", checkpoint, requests)
    assert [(result.text, result.text_pair) for result in results] == pairs
    return [follows(result) for result in results]


def follows(result: object) -> float:
    assert isinstance(result, TextClassificationResult)
    scores = {one.label: one.score for one in result.labels}
    assert scores.keys() == {FOLLOWS, ELSEWHERE}
    assert sum(scores.values()) == pytest.approx(1)
    return scores[FOLLOWS]


@pytest.mark.parametrize("checkpoint", ["mini-bert", BOTH])
def test_probabilities_are_those_of_transformers(
    checkpoint: str, float32_engine: LocalEngine, tiny_engine: LocalEngine
) -> None:
    bundled = checkpoint == "mini-bert"
    folder = MODELS / checkpoint if bundled else package_folder(checkpoint)
    model, tokenizer = BertForNextSentencePrediction.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    length = model.config.max_position_embeddings
    for pair, got in zip(PAIRS, ask(float32_engine if bundled else tiny_engine, checkpoint=checkpoint), strict=True):
        with torch.inference_mode():
            logits = model(**tokenizer(*pair, truncation=True, max_length=length, return_tensors="pt")).logits[0]
        assert got == pytest.approx(float(logits.softmax(-1)[0]), abs=1e-4)


def test_one_by_one_gives_what_a_batch_gives(float32_engine: LocalEngine) -> None:
    for pair, together in zip(PAIRS, ask(float32_engine), strict=True):
        (alone,) = float32_engine.stream(
            "next-sentence-prediction", "mini-bert", [NextSentencePredictionRequest(*pair)]
        )
        assert together == pytest.approx(follows(alone), abs=1e-5)


def test_bfloat16_stays_close_to_float32(float32_engine: LocalEngine, bfloat16_engine: LocalEngine) -> None:
    assert ask(bfloat16_engine) == pytest.approx(ask(float32_engine), abs=0.05)


def test_what_follows_is_told_from_what_is_from_elsewhere(engine: LocalEngine) -> None:
    flood, album, studies, *_ = ask(engine)
    assert min(flood, studies) > 0.8
    assert album < 0.1


def test_each_head_has_scores_of_its_own(engine: LocalEngine) -> None:
    scores = engine.library.scores("mini-bert")
    (own,) = scores_for("next-sentence-prediction", scores)
    assert own.measure == "next-sentence accuracy"
    assert own not in scores_for("fill-mask", scores)


def test_both_heads_share_one_model_in_memory(float32_engine: LocalEngine) -> None:
    ask(float32_engine)
    before = float32_engine.status().used_bytes
    with float32_engine.lease("mini-bert") as model:
        assert {"predictions", "seq_relationship"} == {name for name, _ in model.model.cls.named_children()}
    assert float32_engine.status().used_bytes == before
