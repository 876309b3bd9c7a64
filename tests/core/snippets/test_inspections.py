"""The code of analyses is run and gives what they give."""

import csv
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from core.checkpoints.catalog import load_catalog
from core.files.tables import Table, read_table
from core.inspect.choosing import choose
from core.inspect.counterfactuals import counterfactuals
from core.inspect.explained_rows import explained_rows
from core.inspect.faithfulness import faithfulness
from core.inspect.faithfulness_run import FaithfulnessRun
from core.inspect.geometry import measure_geometry, texts_of
from core.inspect.grammar import sentences
from core.inspect.heads import find_heads
from core.inspect.probe_run import run_probes
from core.inspect.probing import ProbeResult
from core.inspect.properties import label_words
from core.inspect.pruning import part_changes
from core.inspect.pruning_run import PruningRun
from core.inspect.words import word_states
from core.runtime.local import LocalEngine
from core.snippets.counterfactuals import counterfactuals_snippet
from core.snippets.faithfulness import faithfulness_snippet, file_faithfulness_snippet
from core.snippets.geometry import geometry_snippet
from core.snippets.heads import heads_snippet
from core.snippets.probing import probing_snippet
from core.snippets.pruning import pruning_snippet
from core.snippets.source import Source
from tests.core.snippets.copied import run
from tests.working import result_of

TEXTS = ("The cat saw the dog.", "A cat’s dog ran far.", "My cat and the dog slept unimaginably well.")


@pytest.mark.parametrize("checkpoint", ["minilm", "mini-distilbert"])
def test_heads(checkpoint: str, float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = find_heads(float32_engine, checkpoint, sentences(20))
    got = run(heads_snippet(load_catalog()[checkpoint], 20), monkeypatch)
    assert {one["relation"] for one in got} == {one.relation for one in wanted.relations}
    for one in got:
        (best,) = wanted.best(one["relation"])
        assert one["n"] == best.n
        assert one["accuracy"] == pytest.approx(best.accuracy, abs=1 / best.n + 1e-6), "weights were rounded"


def test_geometry(float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = texts_of(TEXTS)
    wanted = measure_geometry("minilm", word_states(float32_engine, "minilm", texts), texts, ("cat", "dog"))
    got = run(geometry_snippet(load_catalog()["minilm"], TEXTS, ("cat", "dog")), monkeypatch)
    np.testing.assert_allclose(got["anisotropy"], wanted.anisotropy, atol=1e-3)
    np.testing.assert_allclose(got["without"], wanted.without, atol=1e-3)
    for word in wanted.words:
        np.testing.assert_allclose(got["words"][word.text], word.similarity, atol=1e-3)


def test_probing(float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    (wanted,) = run_probes(float32_engine, "minilm", [label_words("pos", sentences(30))])
    with threadpool_limits(1, user_api="blas"):  # products this small wait for each other where cores are busy
        got = run(probing_snippet(load_catalog()["minilm"], "pos", count=30), monkeypatch)
    assert_same_probes(got, wanted)


def test_probing_of_files_is_written() -> None:
    row = load_catalog()["minilm"]
    for code in (
        probing_snippet(row, "label", own_file=True, of_words=False),
        probing_snippet(row, "depth", own_file=True),
        heads_snippet(row, None),
    ):
        compile(code, "code", "exec")
        assert "path/to/" in code


def assert_same_probes(got: Any, wanted: ProbeResult) -> None:
    """As many right, but for a row whose classes tie."""
    assert (got["n_test"], got["n_train"]) == (wanted.n_test, wanted.n_train)
    assert got["majority"] == pytest.approx(wanted.majority)
    accuracies = [one.accuracy for one in wanted.layers]
    np.testing.assert_allclose(got["accuracy"], accuracies, atol=1.5 / wanted.n_test)


@pytest.mark.parametrize(
    ("checkpoint", "task", "texts", "erasure"),
    [
        ("mini-distilbert-nli", "text-classification", ("A dog isn't barking.", "It rests."), "mask"),
        ("minilm", "sentence-similarity", ("A cat sat.", "The dog ran."), "delete"),
        ("mini-distilbert-ner", "token-classification", ("Yesterday Anna met Tim in old Oslo.", ""), "delete"),
        ("mini-distilbert-qa", "question-answering", ("The key is under the mat.", "Where is it?"), "delete"),
        ("mini-distilbert-qa", "question-answering", ("The key fell.", "How much is it?"), "mask"),
        ("mini-distilbert", "fill-mask", ("The ___ is very cold.", ""), "delete"),
    ],
)
def test_faithfulness(
    checkpoint: str, task: str, texts: Any, erasure: Any, float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = choose(float32_engine, checkpoint, task, *texts)
    wanted = faithfulness(float32_engine, checkpoint, subject, ("occlusion",), erasure)
    got = run(faithfulness_snippet(load_catalog()[checkpoint], subject, erasure), monkeypatch)
    assert got["value"] == pytest.approx(wanted.value, abs=1e-4)
    for name, curve in [("leaving words out", wanted.curves[0]), ("random 7", wanted.random[6])]:
        np.testing.assert_allclose(got[name]["comprehensiveness"], curve.comprehensiveness, atol=1e-3)
        np.testing.assert_allclose(got[name]["sufficiency"], curve.sufficiency, atol=1e-3)


REVIEWS = (
    ("A warm and funny film.", "positive"),
    ("Dull, long and badly played.", " Negative"),
    ("I laughed all the way home.", "positive"),
    ("Too short.", "negative"),
    ("Nobody knows what this was.", "unknown"),
    ("The plot makes no sense at all.", ""),
)


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> tuple[Table, Source]:
    """A file of a few reviews, as the playground reads it and as code does."""
    file = tmp_path_factory.mktemp("reviews") / "reviews.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("text", "label"), *REVIEWS])
    return read_table(file.name, file.read_bytes()), Source(str(file), ("text", "label"))


def test_faithfulness_of_a_file(
    reviews: tuple[Table, Source], float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (table, source), checkpoint, task = reviews, "mini-distilbert-sentiment", "text-classification"
    rows = explained_rows(task, table, {"text": "text"}, "label")
    (wanted,) = result_of(FaithfulnessRun(task, (checkpoint,), rows, methods=("occlusion",)), float32_engine)
    got = run(file_faithfulness_snippet(load_catalog()[checkpoint], task, source, "delete"), monkeypatch)
    assert got["texts"] == len(wanted.texts) == 4, "one is too short, and one has a label that is no class"
    for n, name in [(0, "leaving words out"), (8, "random 8")]:
        np.testing.assert_allclose([*got[name].values()], wanted.means[n], atol=1e-3)


def test_pruning_of_a_file(
    reviews: tuple[Table, Source], float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (table, source), checkpoint = reviews, "mini-distilbert-sentiment"
    rows = explained_rows("text-classification", table, {"text": "text"}, "label")
    (wanted,) = result_of(PruningRun((checkpoint,), rows), float32_engine)
    got = run(pruning_snippet(load_catalog()[checkpoint], source), monkeypatch)
    assert (got["rows"], got["score"]) == (len(wanted.rows), pytest.approx(wanted.score))
    for kind, part, curve in [
        ("heads", wanted.heads, wanted.pruned_heads),
        ("layers", wanted.layers, wanted.pruned_layers),
    ]:
        assert [change for _, change in got[kind]] == [
            pytest.approx(one.change) for one in part_changes(part, wanted.right)
        ]
        assert [tuple(one) for one in got[f"pruned {kind}"]] == list(zip(curve.off, curve.scores, strict=True))


def test_there_is_no_code_for_files_whose_answers_have_places() -> None:
    row, source = load_catalog()["minilm-ner"], Source("path/to/rows.csv", ("text", ""))
    assert file_faithfulness_snippet(row, "token-classification", source, "delete") == ""
    code = file_faithfulness_snippet(load_catalog()["minilm"], "sentence-similarity", source, "mask")
    compile(code, "code", "exec")


def test_counterfactuals(float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Dull but funny."
    subject = choose(float32_engine, "minilm-sentiment", "text-classification", text)
    wanted = counterfactuals(float32_engine, "minilm-sentiment", subject, "minilm-fill-mask")
    rows = load_catalog()
    got = run(counterfactuals_snippet(rows["minilm-sentiment"], subject, rows["minilm-fill-mask"]), monkeypatch)
    assert wanted.found
    assert [one["text"] for one in got[: len(wanted.found)]] == [one.texts["text"] for one in wanted.found]
    assert got[0]["naturalness"] == pytest.approx(wanted.found[0].naturalness, abs=1e-4)


def test_there_is_no_code_where_pieces_are_read_by_hand(float32_engine: LocalEngine) -> None:
    rows = load_catalog()
    subject = choose(float32_engine, "mini-roberta-ner", "token-classification", "Anna met Tim in Oslo.")
    assert faithfulness_snippet(rows["mini-roberta-ner"], subject, "delete") == ""
    assert counterfactuals_snippet(rows["mini-roberta-ner"], subject, rows["minilm-fill-mask"]) == ""
