"""Several checkpoints on one input: one after the other, as pages ask them, beside all at the same time.

A forward pass takes every core already and models are loaded one at a time, so that asking at the same time gains
nothing on a processor; measured here so that this can be looked at again elsewhere.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.sentences import make_sentences
from benchmarks.timing import time_peers
from core.provenance import Request
from core.runtime.local import LocalEngine
from core.settings import load_settings
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.tasks.question_answering.schema import QuestionAnsweringRequest

CHECKPOINTS = ("minilm-ner", "minilm-qa", "minilm-sentiment", "minilm-nli")
MANY = 200  # texts
LONG = 8000  # characters


def measure_several(*, rounds: int) -> dict[str, float]:
    """How many times faster it is to ask at the same time: cold, then warm with a short text, a long one and many."""
    warm = LocalEngine(load_settings().model_copy(update={"cache_mb": 0}))  # no cache: every round is a first one
    sentences = make_sentences(MANY)
    short = [FeatureExtractionRequest("The train leaves the station at noon.")]
    many = [FeatureExtractionRequest(s) for s in sentences]
    long = [QuestionAnsweringRequest("Who visited the museum?", " ".join(sentences)[:LONG])]
    readers = ("minilm-qa", "minilm-qa-short")
    return {
        "four cold, a short text": gain(LocalEngine, CHECKPOINTS, "feature-extraction", short, rounds),
        "four warm, a short text": gain(lambda: warm, CHECKPOINTS, "feature-extraction", short, rounds * 10),
        f"four warm, {MANY} texts": gain(lambda: warm, CHECKPOINTS, "feature-extraction", many, rounds),
        "two warm, a long passage": gain(lambda: warm, readers, "question-answering", long, rounds),
    }


def gain(
    new_engine: Callable[[], LocalEngine],
    checkpoints: Sequence[str],
    task: str,
    requests: Sequence[Request],
    rounds: int,
) -> float:
    """Median seconds one after the other over those at the same time."""

    def in_turn() -> None:
        engine = new_engine()
        for checkpoint in checkpoints:
            engine.run(task, checkpoint, requests)

    def at_once() -> None:
        engine = new_engine()
        with ThreadPoolExecutor(len(checkpoints)) as pool:
            list(pool.map(lambda checkpoint: engine.run(task, checkpoint, requests), checkpoints))

    seconds, _ = time_peers({"in turn": in_turn, "at once": at_once}, rounds=rounds)
    return seconds["in turn"] / seconds["at once"]
