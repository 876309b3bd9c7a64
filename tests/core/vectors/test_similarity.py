"""Pairs, lists, rankings and places of a word against plain arithmetic on the engine's own vectors."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.files.tables import Table
from core.runtime.local import LocalEngine
from core.tasks.feature_extraction.schema import Pooling
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest, SentenceSimilarityResult
from core.tasks.word_in_context.schema import WordInContextRequest, WordInContextResult
from core.vectors.baseline import embed, embed_layers, load_sentences, stack
from core.vectors.cache import VectorCache
from core.vectors.corpus import Indexing
from core.vectors.similarity import compare_places, compare_texts, judge_pair, rank_texts, search_corpus, sweep_layers
from tests.working import result_of

PAIR = SentenceSimilarityRequest("A man plays the guitar.", "Someone makes music.")
TEXTS = ["A cat sleeps.", "The budget was passed.", "Someone makes music."]


def test_a_pair_is_judged_by_its_checkpoint_and_its_layer(float32_engine: LocalEngine) -> None:
    pair = judge_pair(float32_engine, "minilm", PAIR)
    (result,) = float32_engine.run("sentence-similarity", "minilm", [PAIR])
    assert isinstance(result, SentenceSimilarityResult)
    assert pair.similarity == result.similarity
    assert pair.baseline.share_below(pair.similarity) > 0.99
    same = judge_pair(float32_engine, "minilm", SentenceSimilarityRequest("A cat.", "A cat.", "max", 2), centred=True)
    assert same.similarity == pytest.approx(1, abs=1e-5)


def test_centring_takes_the_mean_of_the_bundled_sentences_away(float32_engine: LocalEngine) -> None:
    pair = judge_pair(float32_engine, "mini-distilbert-ner", PAIR, centred=True)
    texts = [text for text, _ in load_sentences()]
    centre = stack(embed(float32_engine, "mini-distilbert-ner", texts)).mean(0)
    a, b = (r.embedding - centre for r in embed(float32_engine, "mini-distilbert-ner", [PAIR.text_a, PAIR.text_b]))
    assert pair.similarity == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b), abs=1e-5)
    texts_too = compare_texts(float32_engine, "mini-distilbert-ner", [PAIR.text_a, PAIR.text_b], centred=True)
    assert texts_too.vectors[0] @ texts_too.vectors[1] == pytest.approx(pair.similarity, abs=1e-5)


def test_a_sweep_ends_where_the_pair_stands(float32_engine: LocalEngine) -> None:
    plain, centred = (sweep_layers(float32_engine, "mini-distilbert", PAIR, centred=one) for one in (False, True))
    assert set(plain.similarities) == {"mean", "cls", "max"}
    assert set(centred.similarities) == {"mean"}
    assert len(plain.low) == len(plain.high) == len(plain.similarities["max"]) == 3
    for sweep, is_centred in ((plain, False), (centred, True)):
        pair = judge_pair(float32_engine, "mini-distilbert", PAIR, centred=is_centred)
        assert sweep.similarities["mean"][-1] == pytest.approx(pair.similarity, abs=1e-4)
        assert sweep.high[-1] == pytest.approx(pair.baseline.percentile(0.95), abs=1e-4)
    assert (plain.low < plain.high).all()


def test_a_ranking_is_by_the_cosine_with_the_query(float32_engine: LocalEngine) -> None:
    ranking = rank_texts(float32_engine, "minilm", PAIR.text_a, TEXTS)
    cosines = (
        stack(embed(float32_engine, "minilm", TEXTS)) @ embed(float32_engine, "minilm", [PAIR.text_a])[0].embedding
    )
    assert [hit.place for hit in ranking.hits] == list(np.argsort(-cosines))
    assert ranking.hits[0].place == 2
    assert [hit.similarity for hit in ranking.hits] == pytest.approx(np.sort(cosines)[::-1], abs=1e-5)
    assert ranking.provenance.tokens > 15


def test_all_pairs_is_symmetric_with_ones_on_the_diagonal(float32_engine: LocalEngine) -> None:
    similarities = compare_texts(float32_engine, "mini-distilbert", TEXTS).similarities
    np.testing.assert_allclose(similarities, similarities.T, atol=1e-6)
    np.testing.assert_allclose(np.diag(similarities), 1, atol=1e-5)


def test_places_of_a_word_with_one_sense_are_nearer_on_higher_layers(float32_engine: LocalEngine) -> None:
    texts = [
        "She sat down on the bank of the river.",
        "Willows grow along the muddy bank of the stream.",
        "The bank raised its interest rates again.",
        "He opened an account at the bank in town.",
    ]
    places = compare_places(float32_engine, "minilm", "bank", texts)
    assert places.similarities.shape == (7, 4, 4)
    assert [text[start:end] for text, (start, end) in zip(texts, places.spans, strict=True)] == ["bank"] * 4
    last = places.similarities[-1]
    assert min(last[0, 1], last[2, 3]) > last[:2, 2:].max()
    (first, second) = float32_engine.run(
        "word-in-context", "minilm", [WordInContextRequest("bank", text) for text in texts[:2]]
    )
    assert isinstance(first, WordInContextResult)
    assert isinstance(second, WordInContextResult)
    a, b = first.embeddings[3], second.embeddings[3]
    assert places.similarities[3, 0, 1] == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b), abs=1e-5)


def test_a_text_without_the_word_is_told(float32_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match="not in this text: A cat sleeps"):
        compare_places(float32_engine, "minilm", "bank", ["The bank.", "A cat sleeps."])


@pytest.mark.parametrize("centred", [False, True])
def test_a_corpus_is_searched_as_a_list_is(
    float32_engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, centred: bool
) -> None:
    monkeypatch.setattr("core.vectors.corpus.open_vector_cache", lambda: VectorCache(tmp_path, 0))
    texts = [text for text, _ in load_sentences()]
    table = Table("a.txt", ("text",), tuple((text,) for text in texts), tuple(range(1, len(texts) + 1)))
    corpus = result_of(Indexing(("mini-distilbert",), table, "text"), float32_engine)
    found = search_corpus(float32_engine, "mini-distilbert", PAIR.text_a, corpus, 5, centred=centred)
    wanted = rank_texts(float32_engine, "mini-distilbert", PAIR.text_a, texts, centred=centred)
    assert [hit.place for hit in found.hits] == [hit.place for hit in wanted.hits[:5]]
    assert [h.similarity for h in found.hits] == pytest.approx([h.similarity for h in wanted.hits[:5]], abs=1e-5)
    assert found.search_ms > 0


def test_a_sweep_over_the_layers_reads_each_text_once(
    float32_engine: LocalEngine, count_jobs: Callable[[LocalEngine], list[int]]
) -> None:
    jobs = count_jobs(float32_engine)
    passes: list[int] = []
    with float32_engine.lease("mini-distilbert") as model:
        hook = model.plain_encoder.register_forward_pre_hook(
            lambda module, args, inputs: passes.append(len(inputs["input_ids"])), with_kwargs=True
        )
        try:
            sweep = sweep_layers(float32_engine, "mini-distilbert", PAIR)
        finally:
            hook.remove()
    sentences = len(load_sentences())
    assert [len(of_pooling) for of_pooling in sweep.similarities.values()] == [3] * 3
    assert jobs == [sentences, 2]
    assert sum(passes) == sentences + 2, "no text is read once a layer, or once a pooling"


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
@pytest.mark.parametrize("checkpoint", ["minilm", "mini-deberta", "mini-distilbert"])
def test_every_layer_at_once_is_each_layer_alone(
    float32_engine: LocalEngine, checkpoint: str, pooling: Pooling
) -> None:
    texts = [PAIR.text_a, "It rained for a long time on the roofs of the town."]
    found = embed_layers(float32_engine, checkpoint, texts, ["cls", pooling])
    for layer, vectors in enumerate(found[1]):
        alone = stack(embed(float32_engine, checkpoint, texts, pooling, layer))
        np.testing.assert_allclose(vectors, alone, atol=1e-5)
