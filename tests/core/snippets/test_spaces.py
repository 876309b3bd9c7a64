"""Every snippet of many vectors is run and gives what the engine gives."""

import csv
import io
import json
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.checkpoints.catalog import load_catalog
from core.files.tables import read_table
from core.runtime.local import LocalEngine
from core.snippets.source import Source
from core.snippets.spaces import (
    Space,
    duplicates_snippet,
    map_snippet,
    matrix_snippet,
    pair_snippet,
    ranking_snippet,
    search_snippet,
)
from core.tasks.feature_extraction.schema import Pooling
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest
from core.tasks.word_in_context.snippet import places_snippet
from core.vectors.cache import VectorCache
from core.vectors.corpus import Corpus, Indexing
from core.vectors.duplicates import DuplicateSearch
from core.vectors.projection import MOST_POINTS, SEED, pca
from core.vectors.similarity import compare_places, compare_texts, judge_pair, rank_texts, search_corpus
from tests.core.snippets.copied import LONG, NASTY, assert_same, run
from tests.working import result_of

VECTORS = [
    ("minilm", "mean", -1, False),
    ("mini-distilbert", "cls", 1, True),
    ("mini-distilbert-sentiment", "mean", -1, False),
]


@pytest.mark.parametrize(("checkpoint", "pooling", "layer", "centred"), VECTORS)
def test_many_vectors_give_what_the_engine_gives(
    checkpoint: str,
    pooling: Pooling,
    layer: int,
    centred: bool,
    float32_engine: LocalEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts, row, space = (
        ["It rained.", NASTY, LONG, "A wet day."],
        load_catalog()[checkpoint],
        Space(pooling, layer, centred),
    )
    compared = compare_texts(float32_engine, checkpoint, texts, pooling, layer, centred=centred)
    got = run(matrix_snippet(row, space, texts), monkeypatch)
    np.testing.assert_allclose(got["similarities"], compared.similarities, atol=2e-4)
    ranked = rank_texts(float32_engine, checkpoint, texts[0], texts[1:], pooling, layer, centred=centred)
    got = run(ranking_snippet(row, space, texts[0], texts[1:]), monkeypatch)
    assert_same(
        got,
        [{"text": texts[1:][hit.place], "similarity": pytest.approx(hit.similarity, abs=2e-4)} for hit in ranked.hits],
    )
    request = SentenceSimilarityRequest(texts[0], NASTY, pooling, layer)
    pair = judge_pair(float32_engine, checkpoint, request, centred=centred)
    got = run(pair_snippet(row, request, centred=centred), monkeypatch)
    assert got["similarity"] == pytest.approx(pair.similarity, abs=2e-4)


FILE = [
    *(f"{start} number {n}." for start in ("Ship", "The ship", "Cake") for n in range(6)),
    NASTY.replace("\u2028", " "),
]


def files_of(texts: list[str]) -> dict[str, str]:
    """The same texts in files of every kind."""
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=";").writerows([("note", "n"), *((text, n) for n, text in enumerate(texts))])
    lines = [" ".join(text.split()) for text in texts]
    return {
        "a.csv": sink.getvalue(),
        "b.jsonl": "\n".join(json.dumps({"note": text}) for text in texts),
        "c.txt": "\n\n".join(lines),
    }


def indexed(name: str, folder: Path, engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> tuple[Source, Corpus]:
    """The file of that name in the folder, and its texts embedded by the engine."""
    file = folder / name
    file.write_text(files_of(FILE)[name], encoding="utf-8", newline="")
    table = read_table(name, file.read_bytes())
    assert len(table.column(table.columns[0])) == len(FILE)
    monkeypatch.setattr("core.vectors.corpus.open_vector_cache", lambda: VectorCache(folder, 0))
    return Source(str(file), ("note",)), result_of(Indexing(("mini-distilbert",), table, table.columns[0]), engine)


def test_a_file_is_searched_cleared_and_drawn_as_the_engine_does(
    float32_engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, corpus = indexed("a.csv", tmp_path, float32_engine, monkeypatch)
    row = load_catalog()["mini-distilbert"]
    for centred in (False, True):
        found = search_corpus(float32_engine, "mini-distilbert", "a vessel", corpus, 5, centred=centred)
        got = run(search_snippet(row, Space(centred=centred), "a vessel", source, 5), monkeypatch)
        assert [hit["similarity"] for hit in got] == pytest.approx([hit.similarity for hit in found.hits], abs=2e-4)
        assert got[0]["text"] == FILE[found.hits[0].place]
    search = result_of(DuplicateSearch(corpus.vectors("mini-distilbert"), 0.9))
    got = run(duplicates_snippet(row, Space(), source, 0.9), monkeypatch)
    assert {frozenset((pair["text_a"], pair["text_b"])) for pair in got} == {
        frozenset((FILE[pair.first], FILE[pair.second])) for pair in search.pairs()
    }
    plane = pca(corpus.vectors("mini-distilbert"))
    got = run(map_snippet(row, Space(), source, "PCA", MOST_POINTS, SEED), monkeypatch)
    assert [point["text"] for point in got] == FILE
    np.testing.assert_allclose(np.abs([(p["x"], p["y"]) for p in got]), np.abs(plane.points), atol=2e-3)


@pytest.mark.parametrize("name", ["b.jsonl", "c.txt"])
def test_files_of_other_kinds_are_read_as_the_engine_does(
    name: str, float32_engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, corpus = indexed(name, tmp_path, float32_engine, monkeypatch)
    plane = pca(corpus.vectors("mini-distilbert"))
    got = run(map_snippet(load_catalog()["mini-distilbert"], Space(), source, "PCA", MOST_POINTS, SEED), monkeypatch)
    assert [point["text"] for point in got] == list(corpus.texts)
    np.testing.assert_allclose(np.abs([(p["x"], p["y"]) for p in got]), np.abs(plane.points), atol=2e-3)


class Layout:
    """Stands for UMAP, which compiles itself for ten seconds: keeps what it is asked for, gives two columns back."""

    asked: list[tuple[dict[str, object], np.ndarray]] = []

    def __init__(self, **options: object) -> None:
        self.options = options

    def fit_transform(self, vectors: np.ndarray) -> np.ndarray:
        self.asked.append((self.options, vectors))
        return vectors[:, :2]


def test_the_map_of_umap_asks_for_what_the_engine_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Layout, "asked", [])
    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Layout))
    source = Source("assets/sentences.csv", ("text",))
    got = run(map_snippet(load_catalog()["mini-distilbert"], Space(), source, "UMAP", 40, SEED), monkeypatch)
    ((options, vectors),) = Layout.asked
    assert [[point["x"], point["y"]] for point in got] == vectors[:, :2].tolist()
    assert len({point["text"] for point in got}) == 40
    given = io.BytesIO()
    np.save(given, vectors)
    given.seek(0)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=given))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=io.BytesIO()))
    runpy.run_module("core.vectors.umap_layout", run_name="__main__")
    assert options.items() <= Layout.asked[1][0].items()


def test_the_places_of_a_word_give_what_the_engine_gives(
    float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["It rained in Kraków.", NASTY, f"{LONG} Then Kraków slept."]
    places = compare_places(float32_engine, "minilm-ner", "Kraków", texts)
    got = run(places_snippet(load_catalog()["minilm-ner"], "Kraków", texts), monkeypatch)
    np.testing.assert_allclose(got["similarities"], places.similarities, atol=2e-4)
