"""token-classification against plain transformers, logits and pipeline, the adapter unmerged or merged by peft."""

import copy
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pytest
import torch
from peft import PeftModel
from transformers import pipeline

from core.errors import InputError
from core.runtime.local import LocalEngine
from core.tasks.token_classification.schema import (
    AggregationStrategy,
    TokenClassificationRequest,
    TokenClassificationResult,
)

BUNDLED, TINY = "minilm-ner", "tiny_token_classification"
TEXTS = [
    "Angela Merkel met Tim Cook at Apple's headquarters in Cupertino.",
    "Nothing to see here.",
    "Barcelona beat Manchester United 3-1 on Tuesday; Guardiola praised Lewandowski and the Bundesliga.",
    "Unbelievably, Srinivasan flew to Ouagadougou via Addis Ababa.",
]
CUPERTINO = TEXTS[0]
Reference = Callable[..., tuple[Any, Any]]


@pytest.fixture(params=[BUNDLED, TINY])
def checkpoint(request: pytest.FixtureRequest) -> str:
    """The bundled checkpoint, then a random one that finds entities everywhere."""
    return str(request.param)


@pytest.fixture
def engine_of(float32_engine: LocalEngine, tiny_engine: LocalEngine) -> Callable[[str], LocalEngine]:
    return lambda checkpoint: tiny_engine if checkpoint == TINY else float32_engine


def ask(
    engine: LocalEngine, texts: list[str], checkpoint: str = BUNDLED, strategy: AggregationStrategy = "first"
) -> list[TokenClassificationResult]:
    results = engine.run("token-classification", checkpoint, [TokenClassificationRequest(t, strategy) for t in texts])
    assert all(isinstance(result, TokenClassificationResult) for result in results)
    return results  # type: ignore[return-value]


@cache
def plain_pipeline(load: Reference, row: Any) -> Any:
    """The pipeline of transformers, in float32."""
    model, tokenizer = load(row)
    if isinstance(model, PeftModel):
        model = copy.deepcopy(model).merge_and_unload()
    return pipeline("token-classification", model=model, tokenizer=tokenizer, device="cpu")


def test_labels_and_scores_of_pieces_are_those_of_transformers(
    checkpoint: str, engine_of: Callable[[str], LocalEngine], reference: Reference
) -> None:
    engine = engine_of(checkpoint)
    model, tokenizer = reference(engine.catalog[checkpoint])
    for text, result in zip(TEXTS, ask(engine, TEXTS, checkpoint), strict=True):
        inputs = tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
        offsets = inputs.pop("offset_mapping")[0].tolist()
        with torch.inference_mode():
            scores, best = model(**inputs).logits[0].softmax(-1).max(-1)
        assert [[t.start, t.end] for t in result.tokens] == offsets[1:-1]
        assert [t.token for t in result.tokens] == tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])[1:-1]
        assert [t.label for t in result.tokens] == [model.config.id2label[int(n)] for n in best[1:-1]]
        np.testing.assert_allclose([t.score for t in result.tokens], scores[1:-1], atol=1e-4)


@pytest.mark.parametrize("strategy", ["none", "simple", "first", "average", "max"])
def test_entities_are_those_of_the_pipeline(
    checkpoint: str,
    strategy: AggregationStrategy,
    engine_of: Callable[[str], LocalEngine],
    reference: Reference,
) -> None:
    engine = engine_of(checkpoint)
    plain = plain_pipeline(reference, engine.catalog[checkpoint])
    for text, result in zip(TEXTS, ask(engine, TEXTS, checkpoint, strategy), strict=True):
        wanted = plain(text, aggregation_strategy=strategy)
        got = [(e.entity_group, e.start, e.end) for e in result.entities]
        assert got == [(e.get("entity_group", e.get("entity")), e["start"], e["end"]) for e in wanted]
        np.testing.assert_allclose([e.score for e in result.entities], [e["score"] for e in wanted], atol=1e-4)
        assert [e.text for e in result.entities] == [text[e["start"] : e["end"]] for e in wanted]


def test_one_by_one_gives_what_a_batch_gives(float32_engine: LocalEngine) -> None:
    texts = [*TEXTS, "Anna lives in Oslo. " * 120]
    for text, together in zip(texts, ask(float32_engine, texts), strict=True):
        (alone,) = float32_engine.stream("token-classification", BUNDLED, [TokenClassificationRequest(text)])
        assert isinstance(alone, TokenClassificationResult)
        assert [t.label for t in together.tokens] == [t.label for t in alone.tokens]
        np.testing.assert_allclose([t.score for t in together.tokens], [t.score for t in alone.tokens], atol=1e-4)


def test_bfloat16_stays_close_to_float32(float32_engine: LocalEngine, bfloat16_engine: LocalEngine) -> None:
    """Scores of pieces within 0.05, and the same label wherever float32 is surer than 0.6."""
    for exact, rounded in zip(ask(float32_engine, TEXTS), ask(bfloat16_engine, TEXTS), strict=True):
        for one, other in zip(exact.tokens, rounded.tokens, strict=True):
            if one.score > 0.6:
                assert one.label == other.label
                assert one.score == pytest.approx(other.score, abs=0.05)


def test_every_piece_of_a_long_text_is_labelled_once(checkpoint: str, engine_of: Callable[[str], LocalEngine]) -> None:
    text = " ".join(f"Anna{n} saw Paris." for n in range(500))
    (result,) = ask(engine_of(checkpoint), [text], checkpoint)
    assert not result.provenance.unread
    ends = [0, *(token.end for token in result.tokens)]
    assert all(token.start >= end for token, end in zip(result.tokens, ends, strict=False))
    assert "".join(text[t.start : t.end] for t in result.tokens) == text.replace(" ", "")


def test_windows_read_a_long_text_as_one_would_alone(float32_engine: LocalEngine) -> None:
    sentence = "Angela Merkel met Tim Cook in Cupertino yesterday. "
    (long,) = ask(float32_engine, [sentence * 100])
    names = [entity.text for entity in long.entities]
    assert all(names.count(name) >= 98 for name in ("Angela Merkel", "Tim Cook", "Cupertino"))


def test_persons_organisations_and_places(engine: LocalEngine) -> None:
    (result,) = ask(engine, [CUPERTINO])
    groups = [(entity.entity_group, entity.text) for entity in result.entities]
    assert [text for group, text in groups if group == "PER"] == ["Angela Merkel", "Tim Cook"]
    assert [text for group, text in groups if group == "LOC"] == ["Cupertino"]
    assert len([text for group, text in groups if group == "ORG"]) == 1


def test_an_unknown_strategy_is_told_what_there_is(float32_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match="“best”") as caught:
        ask(float32_engine, TEXTS, strategy="best")  # type: ignore[arg-type]
    assert "none, simple, first, average, max" in caught.value.hint


@pytest.mark.parametrize("strategy", get_args(AggregationStrategy))
def test_a_text_that_the_tokenizer_drops_has_no_entities(float32_engine: LocalEngine, strategy: AggregationStrategy):
    request = TokenClassificationRequest("\N{COMBINING ACUTE ACCENT}", aggregation_strategy=strategy)
    (result,) = float32_engine.run("token-classification", BUNDLED, [request])
    assert isinstance(result, TokenClassificationResult)
    assert result.entities == result.tokens == ()


@pytest.mark.parametrize("strategy", get_args(AggregationStrategy))
@pytest.mark.parametrize("text", ["Élan ", "é", "🍕 Zoë ", "Ñandú "])
def test_the_bytes_of_a_character_are_no_entities_of_their_own(
    float32_engine: LocalEngine, text: str, strategy: AggregationStrategy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with float32_engine.lease("mini-roberta-ner") as model:  # no label is left out, so that whatever could overlap does
        monkeypatch.setattr(type(model), "labels", ("B-X",) * len(model.labels))
    (result,) = float32_engine.run(
        "token-classification", "mini-roberta-ner", [TokenClassificationRequest(text + "." * len(strategy), strategy)]
    )
    assert isinstance(result, TokenClassificationResult)
    spans = [(entity.start, entity.end) for entity in result.entities]
    assert spans
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(entity.text.strip() == entity.text != "" for entity in result.entities)
