"""Every snippet is run and gives what the engine gives."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.checkpoints.catalog import Checkpoint, load_catalog
from core.models.architecture import AUTO_CLASSES
from core.provenance import Request
from core.runtime.local import LocalEngine
from core.snippets import script, snippet
from core.snippets.pieces import pieces_snippet, vocabulary_snippet
from core.tasks import TASKS
from core.tasks.ablation.schema import AblationRequest, AblationResult
from core.tasks.attention.schema import AttentionRequest, AttentionResult
from core.tasks.attribution.schema import AttributionRequest, AttributionResult
from core.tasks.candidate_ranking.schema import CandidateRankingRequest
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.tasks.fill_mask.joint import fill_jointly
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.fill_mask.snippet import joint_snippet
from core.tasks.forward_pass.schema import ForwardPassRequest, ForwardPassResult
from core.tasks.hidden_states.schema import HiddenStatesRequest
from core.tasks.logit_lens.schema import LogitLensRequest
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.tasks.question_answering.snippet import questions_snippet
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest
from core.tasks.target import Target
from core.tasks.text_classification.schema import TextClassificationRequest
from core.tasks.token_classification.schema import TokenClassificationRequest
from core.tasks.token_classification.snippet import joining_snippet
from core.tasks.token_classification.snippet import snippet as token_classification
from core.tasks.word_in_context.schema import WordInContextRequest
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest
from core.text.pieces import word_pieces
from tests.core.snippets.copied import ACCENTS, LONG, NASTY, NEWS, ROOT, assert_same, run

CASES: list[tuple[str, Request]] = [
    ("minilm-fill-mask", FillMaskRequest("The ___ of the book was born in <mask> in 1921.", 7)),
    ("minilm-fill-mask", FillMaskRequest(f"{NASTY} He is ____ and [MASK].")),
    ("mini-bert", FillMaskRequest(f"The ___ fell. {LONG[:700]} It was a ___ day. {LONG[:700]} Then ___ came, {LONG}")),
    ("minilm-fill-mask", CandidateRankingRequest("He plays the ___.", ("violin", "contrabassoon"))),
    ("mini-bert", CandidateRankingRequest(f"{NASTY} un___able", ("think", "it's", 'a "{}"', "\\n", "서울"))),
    ("mini-bert", CandidateRankingRequest(f"{LONG} He plays the ___. {NEWS}", ("violin", "glockenspiel"))),
    ("minilm-fill-mask", PseudoLikelihoodRequest("The contrabassoon is on the table.", top_k=3)),
    ("mini-distilbert", PseudoLikelihoodRequest(NASTY[:60])),
    ("mini-bert", PseudoLikelihoodRequest(NASTY, hide=False)),
    ("mini-bert", PseudoLikelihoodRequest("The contrabassoon is here.", shown=((2, 2003), (1, None)))),
    ("mini-bert", PseudoLikelihoodRequest(LONG[: len(LONG) // 3], hide=False, top_k=2)),
    *(
        ("mini-bert-ner", TokenClassificationRequest(text, strategy))
        for text in (NEWS, ACCENTS)
        for strategy in ("none", "simple", "first", "average", "max")
    ),
    ("mini-distilbert-ner", TokenClassificationRequest(LONG, "none")),
    ("minilm-ner", TokenClassificationRequest(NASTY)),
    ("minilm-ner-short", TokenClassificationRequest("The cat slept on the warm stones until the rain came.")),
    ("minilm-qa", QuestionAnsweringRequest("Who met Tim Cook?", NEWS)),
    ("minilm-qa", QuestionAnsweringRequest("What does a litre of milk cost?", NEWS, top_k=20, max_answer_tokens=4)),
    ("minilm-qa", QuestionAnsweringRequest(f"Where does {NASTY[:60]} work?", NASTY, top_k=5)),
    ("minilm-qa-short", QuestionAnsweringRequest("Where were they waiting?", NEWS, top_k=20)),
    ("minilm-qa", QuestionAnsweringRequest("Who?", "Anna")),
    ("minilm-sentiment", TextClassificationRequest("A charming film.")),
    ("minilm-sentiment", TextClassificationRequest(NASTY)),
    ("mini-bert-sentiment", TextClassificationRequest(LONG)),
    ("minilm-nli", TextClassificationRequest(NASTY, "Nobody said 'anything'.")),
    ("mini-bert-nli", TextClassificationRequest(LONG, "It rained.")),
    (
        "minilm-nli",
        ZeroShotClassificationRequest(NASTY, ("it's {}", '"sport"', "$text", "a\\b"), "About {}, {}\n$label"),
    ),
    ("mini-bert-nli", ZeroShotClassificationRequest(NEWS, ("politics", "cooking"), multi_label=True)),
    ("mini-distilbert-nli", ZeroShotClassificationRequest(LONG, ("the weather",))),
    ("minilm", FeatureExtractionRequest(NASTY)),
    ("minilm", FeatureExtractionRequest(LONG)),
    ("minilm", FeatureExtractionRequest(NEWS, normalize=False)),
    ("minilm", FeatureExtractionRequest(NEWS, "cls", 0)),
    ("mini-bert", FeatureExtractionRequest(LONG, "max", 3)),
    ("minilm-ner", FeatureExtractionRequest(NEWS, "mean", -1)),
    ("minilm-fill-mask", FeatureExtractionRequest(NEWS, "max", -2, normalize=False)),
    ("minilm", SentenceSimilarityRequest(NASTY, "A cat.")),
    ("minilm", SentenceSimilarityRequest("A dog barks.", NASTY, "max", 4)),
    ("minilm-qa", SentenceSimilarityRequest("A dog barks.", "A cat meows.", "cls")),
    ("minilm", WordInContextRequest("Kraków", NASTY)),
    ("mini-bert", WordInContextRequest("rain", LONG)),
    ("mini-distilbert", WordInContextRequest("Bündchen", f"{LONG} {LONG}")),
    ("minilm", AttentionRequest(NASTY)),
    ("minilm-nli", AttentionRequest("It's raining.", 'The "streets" {} are wet.')),
    ("minilm", HiddenStatesRequest(NASTY)),
    ("minilm-nli", HiddenStatesRequest("It's raining.", 'The "streets" {} are wet.')),
    ("mini-deberta", HiddenStatesRequest(LONG, poolings=("max", "mean", "cls"))),
    ("minilm-fill-mask", HiddenStatesRequest(NEWS)),
    ("mini-distilbert", HiddenStatesRequest(NEWS, untrained=True)),
    ("mini-electra", HiddenStatesRequest("A cat.", poolings=("cls",))),
    ("mini-bert", HiddenStatesRequest(NASTY, neurons=2)),
    ("mini-bert", LogitLensRequest(f"{NASTY} He is ___.", top_k=2)),
    ("minilm-fill-mask-short", LogitLensRequest("They ate ___.", ("fish", "glockenspiel"))),
    ("mini-distilbert", LogitLensRequest(f"They ate ___ and ___. {LONG[:800]}", ("fish", "glockenspiel"))),
    ("mini-deberta", LogitLensRequest("It's walk___ and ___.", ("red",))),
    ("mini-roberta", LogitLensRequest(NEWS)),
    ("minilm", AblationRequest(NASTY, "A cat.", heads=((3, 4), (6, 1)), feed_forwards=(2,))),
    ("minilm-sentiment", AblationRequest(NEWS, "", Target("text-classification", "positive"), each="layers")),
    ("mini-distilbert-nli", AblationRequest(NEWS, "", Target("text-classification", "neutral"), each="feed-forwards")),
    ("mini-deberta", AblationRequest("___ met him.", "", Target("fill-mask", "he", 0, 3, 2002), layers=(1, 4))),
    ("minilm-fill-mask", ForwardPassRequest(f"{NASTY} ___", "", 2, 3)),
    *((f"mini-{one}", ForwardPassRequest(LONG, NEWS, 2, 4)) for one in ("bert", "roberta", "deberta", "distilbert")),
    ("mini-electra-nli", ForwardPassRequest("It rained.", "It was wet.")),
    ("minilm", AttributionRequest(NASTY, "A cat.", steps=5)),
    ("mini-bert-nli", AttributionRequest(NASTY, "It rained.", Target("text-classification", "neutral"), steps=4)),
    ("minilm-sentiment", AttributionRequest(NEWS, "", Target("text-classification", "positive"), "gradient-x-input")),
    ("mini-bert-ner", AttributionRequest(NEWS, "", Target("token-classification", "PER", 0, 13), baseline="pad")),
    ("mini-distilbert-qa", AttributionRequest("Who met Tim?", NEWS, Target("question-answering", "", 0, 13), steps=4)),
    ("mini-bert-qa", AttributionRequest("How old is it?", NEWS, Target("question-answering"), steps=4)),
    ("mini-bert", AttributionRequest("___ met ___.", "", Target("fill-mask", "him", 8, 11, 2032), steps=4)),
    ("mini-electra", AttributionRequest(NEWS, "", Target("replaced-token-detection", "", 0, 6), steps=4)),
    ("mini-bert", FillMaskRequest(f"{NEWS} They ate ___.")),
    ("mini-roberta", FillMaskRequest("It's ___ and ___.")),
    ("mini-deberta", FillMaskRequest("The ___ of the book.")),
    ("mini-deberta", PseudoLikelihoodRequest("The river is cold.")),
    ("mini-distilbert", CandidateRankingRequest("The ___ is cold.", ("river", "orchestra"))),
    ("mini-electra-generator", FillMaskRequest("The ___ is cold.")),
    ("mini-roberta-ner", TokenClassificationRequest(NEWS)),
    ("mini-roberta-ner", TokenClassificationRequest("Barack Obama, born in Hawaii, met I.B.M.'s Anna in Zürich—Oslo.")),
    ("mini-roberta-ner", TokenClassificationRequest("Anna met Tim in Oslo.", "simple")),
    *(("mini-roberta-ner", TokenClassificationRequest("Élan met Zoë. ", way)) for way in ("none", "simple", "first")),
    ("mini-roberta-qa", QuestionAnsweringRequest("Who met Zoë?", "Élan met Zoë \u00a0 in Oslo. ", top_k=20)),
    ("mini-distilbert-ner", TokenClassificationRequest(NASTY)),
    ("mini-electra-sentiment", TextClassificationRequest("A charming film.")),
    ("mini-deberta-nli", TextClassificationRequest(NEWS, "It rained.")),
    ("mini-roberta-nli", ZeroShotClassificationRequest(NEWS, ("politics", "cooking"))),
    *(
        (f"mini-{name}-qa", QuestionAnsweringRequest("Who met Tim Cook?", text))
        for name, text in product(("bert", "roberta", "deberta", "distilbert", "electra"), (NEWS, LONG[:900]))
    ),
    *(
        (f"mini-{name}", request)
        for name in ("bert", "roberta", "deberta", "distilbert")
        for request in (PseudoLikelihoodRequest(NEWS[:90]), PseudoLikelihoodRequest(f"{NEWS} " * 3, hide=False))
    ),
    ("mini-deberta", AttentionRequest(NASTY)),
    ("mini-distilbert-nli", FeatureExtractionRequest(LONG)),
    *(
        (row.id, ReplacedTokenDetectionRequest(text))
        for row in load_catalog().supporting("replaced-token-detection")
        for text in (NEWS, *((NASTY, LONG) if row.id == "mini-electra" else ()))
    ),
]
CASES += [  # of a task that is not told above, each text is hard to copy, or too long
    (load_catalog().supporting(name)[0].id, spec.request(**{field.name: text for field in spec.fields}))
    for name, spec in TASKS.items()
    for text in (NEWS, NASTY, LONG)
    if spec.request not in {type(request) for _, request in CASES}
]
PACKAGED: list[tuple[str, Request]] = [
    ("tiny_masked_lm", FillMaskRequest("The ___ of the book.")),
    ("tiny_token_classification", TokenClassificationRequest(NEWS, "average")),
    ("tiny_token_classification", TokenClassificationRequest(ACCENTS, "none")),
    ("tiny_question_answering", QuestionAnsweringRequest("Who met Tim Cook?", NEWS)),
    ("tiny_sequence_classification", ZeroShotClassificationRequest(NEWS, ("politics", "cooking"))),
    ("tiny_encoder", FeatureExtractionRequest(NEWS)),
    *(("tiny_replaced_token_detection", ReplacedTokenDetectionRequest(text)) for text in (NEWS, NASTY, LONG)),
]


def name(case: tuple[str, Request]) -> str:
    return f"{type(case[1]).__name__}-{case[0]}"


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


def assert_same_scores(got: Any, wanted: AttributionResult) -> None:
    """The tokens of the snippet, added up to the words of the result."""
    assert got["value"] == pytest.approx(wanted.value, abs=1e-3)
    assert got["baseline_value"] == (wanted.baseline_value and pytest.approx(wanted.baseline_value, abs=1e-3))
    total = sum(word.effect for word in wanted.words)
    assert sum(score for _, score in got["tokens"]) == pytest.approx(total, abs=2e-3)
    largest = max(got["tokens"], key=lambda one: abs(one[1]))
    assert any(word.effect == pytest.approx(largest[1], abs=2e-3) for word in wanted.words) or len(wanted.words) < len(
        got["tokens"]
    )


def assert_same_logits(got: Any, wanted: AblationResult) -> None:
    """The snippet has no probabilities."""
    assert got["logit_before"] == pytest.approx(wanted.logit_before, abs=1e-3)
    assert got["logit_after"] == pytest.approx(wanted.logit_after, abs=1e-3)
    assert np.array(got["logit_importance"]).shape == (wanted.logit_importance.shape if wanted.each else (0,))
    np.testing.assert_allclose(np.ravel(got["logit_importance"]), wanted.logit_importance.ravel(), atol=1e-3)


def assert_same_steps(got: Any, wanted: ForwardPassResult) -> None:
    """The steps that the snippet prints."""
    assert tuple(got["tokens"]) == wanted.tokens
    assert len(got["steps"]) > 9
    for name, values in got["steps"].items():
        np.testing.assert_allclose(values, wanted.step(name).values, atol=1e-3, rtol=1e-4, err_msg=name)


def compare(engine: LocalEngine, checkpoint: str, request: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asserts that the snippet prints what the engine answers."""
    spec = next(spec for spec in TASKS.values() if spec.request is type(request))
    (result,) = engine.run(spec.name, checkpoint, [request])
    got = run(snippet(engine.catalog[checkpoint], request), monkeypatch)
    if isinstance(result, AttentionResult):
        assert_same_links(got, result)
    elif isinstance(result, AblationResult):
        assert_same_logits(got, result)
    elif isinstance(result, AttributionResult):
        assert_same_scores(got, result)
    elif isinstance(result, ForwardPassResult):
        assert_same_steps(got, result)
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
    wanted = fill_jointly(float32_engine, "mini-bert", text, beams=4).fills
    got = run(joint_snippet(load_catalog()["mini-bert"], text, beams=4), monkeypatch)
    assert [tuple(fill["words"]) for fill in got["fills"]] == [fill.words for fill in wanted]
    for one, other in zip(got["fills"], wanted, strict=True):
        assert one["log_probability"] == pytest.approx(other.log_probability, abs=1e-4)


def test_several_questions_give_what_the_engine_gives(
    float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = ("Who met Tim Cook?", 'Where "did" {it} $rain?', "What does a litre of milk cost?")
    requests = [QuestionAnsweringRequest(question, LONG, 4, 12) for question in questions]
    results = float32_engine.run("question-answering", "mini-bert-qa", requests)
    got = run(questions_snippet(load_catalog()["mini-bert-qa"], requests), monkeypatch)
    wanted = {q: TASKS["question-answering"].format(r) for q, r in zip(questions, results, strict=True)}
    assert_same(got, wanted)


@pytest.mark.parametrize("text", [NEWS, ACCENTS, LONG, NASTY], ids=["news", "accents", "long", "nasty"])
def test_ways_of_joining_give_what_the_engine_gives(
    text: str, float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [TokenClassificationRequest(text, way) for way in ("none", "simple", "first", "average", "max")]
    results = float32_engine.run("token-classification", "mini-bert-ner", requests)
    got = run(joining_snippet(load_catalog()["mini-bert-ner"], requests), monkeypatch)
    format = TASKS["token-classification"].format
    wanted = {q.aggregation_strategy: format(r)["entities"] for q, r in zip(requests, results, strict=True)}
    assert_same(got, wanted)


def test_names_below_the_least_score_are_left_out(float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    request = TokenClassificationRequest(NEWS)
    (result,) = float32_engine.run("token-classification", "minilm-ner", [request])
    least = sorted(entity.score for entity in result.entities)[1] - 0.001
    got = run(token_classification(load_catalog()["minilm-ner"], request, least), monkeypatch)
    assert 0 < len(got["entities"]) == sum(entity.score >= least for entity in result.entities) < len(result.entities)


@pytest.mark.parametrize(
    "text", [NEWS, ACCENTS, LONG, NASTY, " a\n"], ids=["news", "accents", "long", "nasty", "blanks"]
)
def test_pieces_are_those_of_the_engine(
    text: str, float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_same_pieces(float32_engine, "minilm-ner", text, monkeypatch)


def assert_same_pieces(engine: LocalEngine, checkpoint: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code gives the pieces, those under each word and the counts of the page."""
    one = engine.tokenize(checkpoint, text)
    got = run(pieces_snippet(engine.catalog[checkpoint], text), monkeypatch)
    assert got["pieces"] == [asdict(piece) for piece in one.pieces]
    assert got["words"] == [
        [text[word.start : word.end], [piece.token for piece in word.pieces]] for word in word_pieces(one)
    ]
    assert got["counts"] == {
        "pieces": len(one.own),
        "characters_per_piece": one.characters_per_piece,
        "unknown": sum(piece.unknown for piece in one.own),
        "special": [piece.token for piece in one.pieces if piece.special],
        "vocabulary": one.vocabulary,
        "context_used": len(one.pieces) / one.context_length,
    }


@pytest.mark.parametrize("wanted", ["Play", " e", "{}", "no such piece"])
def test_a_vocabulary_is_searched_as_the_engine_does(
    wanted: str, float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, found = float32_engine.find_pieces("minilm", wanted)
    got = run(vocabulary_snippet(load_catalog()["minilm"], wanted), monkeypatch)
    assert got == {"count": count, "pieces": [{"token": token, "id": id} for token, id in found]}


@pytest.mark.parametrize("code", [pieces_snippet, vocabulary_snippet])
def test_pieces_need_no_model(code: Callable[[Checkpoint, str], str]) -> None:
    modules = re.findall(r"^(?:from|import) (\w+)", code(load_catalog()["minilm-ner"], "play"), re.MULTILINE)
    assert set(modules) <= {"json", "re", "unicodedata", "importlib", "transformers"}


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
    libraries = {"numpy", "torch", "transformers", "peft", "safetensors", "sentence_transformers"}
    own = {"core"} if load_catalog()[checkpoint].enhanced_mask_decoder else set()  # a decoder that no library has
    assert set(modules) <= libraries | own | {
        "itertools",
        "json",
        "math",
        "re",
        "unicodedata",
        "contextlib",
        "importlib",
        "pathlib",
    }


def test_every_task_has_a_snippet_that_is_tested() -> None:
    requests = {spec.request for spec in TASKS.values()}
    assert requests == {type(request) for _, request in (*CASES, *PACKAGED)}


def test_every_head_has_the_class_that_the_engine_loads() -> None:
    assert {head: auto_class.__name__ for head, auto_class in AUTO_CLASSES.items()} == script.AUTO_CLASSES


def test_writing_a_snippet_loads_no_torch() -> None:
    code = (
        "import sys, core.snippets; from core.tasks import TASKS; "
        "assert all(callable(spec.snippet) for spec in TASKS.values()); "
        "assert not {'torch', 'transformers', 'core.models.tokenizer'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
