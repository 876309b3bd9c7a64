"""Every snippet is run and gives what the engine gives."""

import csv
import io
import json
import re
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.catalog import load_catalog
from core.corpus import Corpus
from core.datasets import read_table
from core.duplicates import Duplicates
from core.joint_fill import fill_jointly
from core.loader import AUTO_CLASSES
from core.local_engine import LocalEngine
from core.projection import MOST_POINTS, SEED, pca
from core.requests import (
    AttentionRequest,
    CandidateRankingRequest,
    FeatureExtractionRequest,
    FillMaskRequest,
    Pooling,
    PseudoLikelihoodRequest,
    QuestionAnsweringRequest,
    Request,
    SentenceSimilarityRequest,
    TextClassificationRequest,
    TokenClassificationRequest,
    WordInContextRequest,
    ZeroShotClassificationRequest,
)
from core.results import AttentionResult
from core.similarity import compare_places, compare_texts, judge_pair, rank_texts, search_corpus
from core.snippets import (
    SNIPPETS,
    Source,
    Space,
    duplicates_snippet,
    joining_snippet,
    joint_snippet,
    map_snippet,
    matrix_snippet,
    pair_snippet,
    places_snippet,
    questions_snippet,
    ranking_snippet,
    script,
    search_snippet,
    snippet,
    token_classification,
)
from core.tasks import TASKS
from core.vector_cache import VectorCache

ROOT = Path(__file__).parents[2]
NASTY = (
    "Zoe\u0301 O'Neil said: \"100 % of $text, ${gap}, {} and {0}\" —\n\tin C:\\new\\u0041 🤖, '''triple''' "
    '""" quotes, [SEP] 서울 co\u00adoperates\u200b with İstanbul\u2028and Jürgen Klopp’s Liverpool in Kraków.'
)
NEWS = (
    "Angela Merkel met Tim Cook at Apple's headquarters in Cupertino. Later the chancellor flew to São Paulo, where "
    "Gisele Bündchen and the Organisation for Economic Co-operation and Development were waiting. "
)
ACCENTS = (
    "Zoe\u0301 Saldan\u0303a met Rene\u0301e Zellweger and Beyonce\u0301 Knowles near Cor\u00addoba and Malmo\u0308."
)
LONG = "".join(f"In {1800 + n} it rained. {NEWS if n % 3 == 0 else ''}" for n in range(50))
CASES: list[tuple[str, Request]] = [
    ("minilm-fill-mask", FillMaskRequest("The ___ of the book was born in <mask> in 1921.", 7)),
    ("minilm-fill-mask", FillMaskRequest(f"{NASTY} He is ____ and [MASK].")),
    ("minilm-fill-mask-short", FillMaskRequest(f"The ___ fell. {LONG} It was a ___ day. {LONG} Then ___ came, {LONG}")),
    ("minilm-fill-mask", CandidateRankingRequest("He plays the ___.", ("violin", "contrabassoon", "glockenspiel"))),
    ("minilm-fill-mask", CandidateRankingRequest(f"{NASTY} un___able", ("think", "it's", 'a "{}"', "\\n", "서울"))),
    ("minilm-fill-mask", CandidateRankingRequest(f"{LONG} He plays the ___. {NEWS}", ("violin", "glockenspiel"))),
    ("minilm-fill-mask", PseudoLikelihoodRequest("The contrabassoon to the cabinet is on the table.", top_k=3)),
    ("minilm-fill-mask", PseudoLikelihoodRequest(NASTY[:120])),
    ("minilm-fill-mask", PseudoLikelihoodRequest(NASTY, hide=False)),
    ("minilm-fill-mask", PseudoLikelihoodRequest(LONG, hide=False, top_k=2)),
    *(
        ("minilm-ner", TokenClassificationRequest(text, strategy))
        for text in (NEWS, ACCENTS, LONG)
        for strategy in ("none", "simple", "first", "average", "max")
    ),
    ("minilm-ner", TokenClassificationRequest(NASTY)),
    ("minilm-ner-short", TokenClassificationRequest("The cat slept on the warm stones until the rain came.")),
    ("minilm-qa", QuestionAnsweringRequest("Who met Tim Cook?", NEWS)),
    ("minilm-qa", QuestionAnsweringRequest("What does a litre of milk cost?", NEWS, top_k=20, max_answer_tokens=4)),
    ("minilm-qa", QuestionAnsweringRequest(f"Where does {NASTY[:60]} work?", NASTY, top_k=5)),
    ("minilm-qa-short", QuestionAnsweringRequest("Where were they waiting?", LONG, top_k=20)),
    ("minilm-qa", QuestionAnsweringRequest("Who?", "Anna")),
    ("minilm-sentiment", TextClassificationRequest("A charming film.")),
    ("minilm-sentiment", TextClassificationRequest(NASTY)),
    ("minilm-sentiment", TextClassificationRequest(LONG)),
    ("minilm-nli", TextClassificationRequest(NASTY, "Nobody said 'anything'.")),
    ("minilm-nli", TextClassificationRequest(LONG, "It rained.")),
    (
        "minilm-nli",
        ZeroShotClassificationRequest(NASTY, ("it's {}", '"sport"', "$text", "a\\b"), "About {}, {}\n$label"),
    ),
    ("minilm-nli", ZeroShotClassificationRequest(NEWS, ("politics", "cooking"), multi_label=True)),
    ("minilm-nli-short", ZeroShotClassificationRequest(LONG, ("the weather",))),
    ("minilm", FeatureExtractionRequest(NASTY)),
    ("minilm", FeatureExtractionRequest(LONG)),
    ("minilm", FeatureExtractionRequest(NEWS, normalize=False)),
    ("minilm", FeatureExtractionRequest(NEWS, "cls", 0)),
    ("minilm", FeatureExtractionRequest(LONG, "max", 3)),
    ("minilm-ner", FeatureExtractionRequest(NEWS, "mean", -1)),
    ("minilm-fill-mask", FeatureExtractionRequest(NEWS, "max", -2, normalize=False)),
    ("minilm", SentenceSimilarityRequest(NASTY, "A cat.")),
    ("minilm", SentenceSimilarityRequest("A dog barks.", NASTY, "max", 4)),
    ("minilm-qa", SentenceSimilarityRequest("A dog barks.", "A cat meows.", "cls")),
    ("minilm", WordInContextRequest("Kraków", NASTY)),
    ("minilm-ner", WordInContextRequest("rain", LONG)),
    ("minilm-qa", WordInContextRequest("Bündchen", f"{LONG} {LONG}")),
    ("minilm", AttentionRequest(NASTY)),
    ("minilm-nli", AttentionRequest("It's raining.", 'The "streets" {} are wet.')),
]
PACKAGED: list[tuple[str, Request]] = [
    ("tiny_masked_lm", FillMaskRequest("The ___ of the book.")),
    ("tiny_token_classification", TokenClassificationRequest(NEWS, "average")),
    ("tiny_token_classification", TokenClassificationRequest(ACCENTS, "none")),
    ("tiny_question_answering", QuestionAnsweringRequest("Who met Tim Cook?", NEWS)),
    ("tiny_sequence_classification", ZeroShotClassificationRequest(NEWS, ("politics", "cooking"))),
    ("tiny_encoder", FeatureExtractionRequest(NEWS)),
]


def name(case: tuple[str, Request]) -> str:
    return f"{type(case[1]).__name__}-{case[0]}"


def run(code: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the code prints when run in the folder of the repository."""
    monkeypatch.chdir(ROOT)
    printed = io.StringIO()
    with redirect_stdout(printed), torch.enable_grad():  # gives back the setting that the code changes
        exec(code, {"__name__": "__main__"})
    return json.loads(printed.getvalue())


def assert_same(got: Any, wanted: Any, where: str = "result") -> None:
    """The same keys, texts and spans; numbers within 1e-4."""
    if isinstance(wanted, dict):
        assert list(got) == list(wanted), where
        for key in wanted:
            assert_same(got[key], wanted[key], f"{where}.{key}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), where
        for n, (one, other) in enumerate(zip(got, wanted, strict=True)):
            assert_same(one, other, f"{where}[{n}]")
    elif isinstance(wanted, float):
        assert got == pytest.approx(wanted, abs=1e-4), where
    else:
        assert got == wanted, where


def assert_same_links(got: Any, wanted: AttentionResult) -> None:
    """The heaviest link of each head, where two tie either."""
    assert got["tokens"] == list(wanted.tokens)
    assert got["shape"] == list(wanted.attentions.shape)
    layers, heads = wanted.attentions.shape[:2]
    assert len(got["heaviest"]) == layers * heads
    for place, link in got["heaviest"].items():
        layer, head = (int(number) - 1 for number in re.findall(r"\d+", place))
        query, key, weight = re.search(r"\((\d+)\) → .* \((\d+)\): (.*)", link, re.DOTALL).groups()  # type: ignore[union-attr]
        weights = wanted.attentions[layer, head]
        assert float(weight) == pytest.approx(float(weights[int(query), int(key)]), abs=1e-3)
        assert float(weight) == pytest.approx(float(weights.max()), abs=1e-3)


def compare(engine: LocalEngine, checkpoint: str, request: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asserts that the snippet prints what the engine answers."""
    spec = next(spec for spec in TASKS.values() if spec.request is type(request))
    (result,) = engine.run(spec.name, checkpoint, [request])
    got = run(snippet(engine.catalog[checkpoint], request), monkeypatch)
    if isinstance(result, AttentionResult):
        assert_same_links(got, result)
    else:
        assert_same(got, spec.format(result))


@pytest.mark.parametrize("case", CASES, ids=map(name, CASES))
def test_a_snippet_gives_what_the_engine_gives(
    case: tuple[str, Request], float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare(float32_engine, *case, monkeypatch)


@pytest.mark.parametrize("case", PACKAGED, ids=map(name, PACKAGED))
def test_a_head_from_a_package_needs_no_adapter(
    case: tuple[str, Request], tiny_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, request = case
    assert "peft" not in snippet(tiny_engine.catalog[checkpoint], request)
    compare(tiny_engine, checkpoint, request, monkeypatch)


@pytest.mark.parametrize(
    "text", ["The ___ of the book was born in ___ in 1921.", f"{LONG} {NASTY} A ___ <mask>. {LONG}"]
)
def test_a_joint_fill_gives_what_the_engine_gives(
    text: str, float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = fill_jointly(float32_engine, "minilm-fill-mask", text, beams=4).fills
    got = run(joint_snippet(load_catalog()["minilm-fill-mask"], text, beams=4), monkeypatch)
    assert [tuple(fill["words"]) for fill in got["fills"]] == [fill.words for fill in wanted]
    for one, other in zip(got["fills"], wanted, strict=True):
        assert one["log_probability"] == pytest.approx(other.log_probability, abs=1e-4)


def test_several_questions_give_what_the_engine_gives(
    float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = ("Who met Tim Cook?", 'Where "did" {it} $rain?', "What does a litre of milk cost?")
    requests = [QuestionAnsweringRequest(question, LONG, 4, 12) for question in questions]
    results = float32_engine.run("question-answering", "minilm-qa", requests)
    got = run(questions_snippet(load_catalog()["minilm-qa"], requests), monkeypatch)
    wanted = {q: TASKS["question-answering"].format(r) for q, r in zip(questions, results, strict=True)}
    assert_same(got, wanted)


@pytest.mark.parametrize("text", [NEWS, ACCENTS, LONG, NASTY], ids=["news", "accents", "long", "nasty"])
def test_ways_of_joining_give_what_the_engine_gives(
    text: str, float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [TokenClassificationRequest(text, way) for way in ("none", "simple", "first", "average", "max")]
    results = float32_engine.run("token-classification", "minilm-ner", requests)
    got = run(joining_snippet(load_catalog()["minilm-ner"], requests), monkeypatch)
    format = TASKS["token-classification"].format
    wanted = {q.aggregation_strategy: format(r)["entities"] for q, r in zip(requests, results, strict=True)}
    assert_same(got, wanted)


def test_names_below_the_least_score_are_left_out(float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    request = TokenClassificationRequest(NEWS)
    (result,) = float32_engine.run("token-classification", "minilm-ner", [request])
    least = sorted(entity.score for entity in result.entities)[1] - 0.001
    got = run(token_classification(load_catalog()["minilm-ner"], request, least), monkeypatch)
    assert 0 < len(got["entities"]) == sum(entity.score >= least for entity in result.entities) < len(result.entities)


VECTORS = [("minilm", "mean", -1), ("minilm", "cls", 2), ("minilm-sentiment", "mean", -1)]


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize(("checkpoint", "pooling", "layer"), VECTORS)
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


@pytest.mark.parametrize("name", ["a.csv", "b.jsonl", "c.txt"])
def test_a_file_is_searched_and_cleared_as_the_engine_does(
    name: str, float32_engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / name
    file.write_text(files_of(FILE)[name], encoding="utf-8", newline="")
    table = read_table(name, file.read_bytes())
    texts = table.column(table.columns[0])
    assert len(texts) == len(FILE)
    row, source = load_catalog()["minilm"], Source(str(file), "note")
    corpus = Corpus(float32_engine, VectorCache(tmp_path, 0), ["minilm"], texts)
    corpus.wait(60)
    for centred in (False, True):
        found = search_corpus(float32_engine, "minilm", "a vessel", corpus, 5, centred=centred)
        got = run(search_snippet(row, Space(centred=centred), "a vessel", source, 5), monkeypatch)
        assert [hit["similarity"] for hit in got] == pytest.approx([hit.similarity for hit in found.hits], abs=2e-4)
        assert got[0]["text"] == texts[found.hits[0].place]
    search = Duplicates(corpus.vectors("minilm"), 0.9)
    search.wait(60)
    got = run(duplicates_snippet(row, Space(), source, 0.9), monkeypatch)
    assert {frozenset((pair["text_a"], pair["text_b"])) for pair in got} == {
        frozenset((texts[pair.first], texts[pair.second])) for pair in search.pairs()
    }
    plane = pca(corpus.vectors("minilm"))
    got = run(map_snippet(row, Space(), source, "PCA", MOST_POINTS, SEED), monkeypatch)
    assert [point["text"] for point in got] == texts
    np.testing.assert_allclose(np.abs([(p["x"], p["y"]) for p in got]), np.abs(plane.points), atol=2e-3)


def test_the_map_of_umap_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source("assets/sentences.csv", "text")
    got = run(map_snippet(load_catalog()["minilm"], Space(), source, "UMAP", 40, SEED), monkeypatch)
    assert len(got) == 40
    assert set(got[0]) == {"text", "x", "y"}


def test_the_places_of_a_word_give_what_the_engine_gives(
    float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["It rained in Kraków.", NASTY, f"{LONG} Then Kraków slept."]
    places = compare_places(float32_engine, "minilm-ner", "Kraków", texts)
    got = run(places_snippet(load_catalog()["minilm-ner"], "Kraków", texts), monkeypatch)
    np.testing.assert_allclose(got["similarities"], places.similarities, atol=2e-4)


def test_a_snippet_stands_alone(float32_engine: LocalEngine, tmp_path: Path) -> None:
    request = QuestionAnsweringRequest("Who met Tim Cook?", NASTY + NEWS)
    (result,) = float32_engine.run("question-answering", "minilm-qa", [request])
    file = tmp_path / "copied.py"
    file.write_text(snippet(load_catalog()["minilm-qa"], request), encoding="utf-8")
    ran = subprocess.run([sys.executable, "-I", file], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert_same(json.loads(ran.stdout), TASKS["question-answering"].format(result))


@pytest.mark.parametrize("case", CASES, ids=map(name, CASES))
def test_a_snippet_imports_nothing_of_the_playground(case: tuple[str, Request]) -> None:
    checkpoint, request = case
    modules = re.findall(r"^(?:from|import) (\w+)", snippet(load_catalog()[checkpoint], request), re.MULTILINE)
    libraries = {"torch", "transformers", "peft", "sentence_transformers"}
    assert set(modules) <= libraries | {"json", "math", "re", "importlib"}


def test_every_task_has_a_snippet_that_is_tested() -> None:
    requests = {spec.request for spec in TASKS.values()}
    assert requests == set(SNIPPETS) == {type(request) for _, request in CASES}


def test_every_head_has_the_class_that_the_engine_loads() -> None:
    assert {head: auto_class.__name__ for head, auto_class in AUTO_CLASSES.items()} == script.AUTO_CLASSES


def test_writing_a_snippet_loads_no_torch() -> None:
    code = "import sys, core.snippets; assert not {'torch', 'transformers', 'core.tokenization'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
