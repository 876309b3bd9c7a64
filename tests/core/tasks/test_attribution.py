"""attribution against captum driven by hand, and by its own promise of completeness, for every family."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients

from core.checkpoints.catalog import Catalog, Checkpoint
from core.errors import InputError, TaskNotSupportedError
from core.models.hooks import replace_embeddings
from core.models.readout import aim, read, vectors_to_compare
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks.attribution.schema import AttributionRequest, AttributionResult, format
from core.tasks.target import Target
from tests.families import FAMILIES, save_tiny

TEXT, PAIR = "Ada Lovelace met Charles Babbage in London.", "She wrote the first program."
PASSAGE = "The bridge was painted green by Olga Novak in 1950."
GREAT = AttributionRequest("The wonderful cast plays well together.", target=Target("text-classification", "positive"))


def attribute(engine: LocalEngine, checkpoint: str, request: AttributionRequest) -> AttributionResult:
    (result,) = engine.run("attribution", checkpoint, [request])
    assert isinstance(result, AttributionResult)
    return result


def with_captum(engine: LocalEngine, checkpoint: str, request: AttributionRequest) -> np.ndarray:
    """The scores of all tokens, one step at a time, from embeddings that captum mixes."""
    with engine.lease(checkpoint) as model:
        found = aim(request.text, request.text_pair, request.target, model)
        ids = torch.tensor([found.encoding.ids])
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        if model.tokenizer.uses_type_ids:
            inputs["token_type_ids"] = torch.tensor([found.encoding.type_ids])
        filler = model.tokenizer.mask_id if request.baseline == "mask" else model.tokenizer.pad_id
        special = torch.tensor([found.encoding.segments]) < 0
        table = model.plain.get_input_embeddings()
        others = vectors_to_compare(model, [found.readout])

        def logit(embeddings: torch.Tensor) -> torch.Tensor:
            with replace_embeddings(model.plain, embeddings):
                return read(model, inputs, [found.readout], others).logits

        attributions = IntegratedGradients(logit).attribute(
            table(ids).detach(),
            baselines=table(torch.where(special, ids, torch.full_like(ids, filler or 0))).detach(),
            n_steps=request.steps,
            internal_batch_size=1,
        )
        scores: np.ndarray = attributions.sum(-1)[0].numpy()
        return scores


CASES = [
    ("minilm-sentiment", GREAT),
    ("minilm-nli", AttributionRequest("It rains.", "The streets are wet.", Target("text-classification", "neutral"))),
    ("minilm-ner", AttributionRequest(TEXT, target=Target("token-classification", "PER", 0, 12), baseline="pad")),
    ("minilm-qa", AttributionRequest("Who painted it?", PASSAGE, Target("question-answering", "", 32, 42))),
    ("minilm-qa", AttributionRequest("How tall is it?", PASSAGE, Target("question-answering"))),
    ("mini-deberta", AttributionRequest("The capital is ___.", target=Target("fill-mask", "a", 15, 18, 1037))),
    (
        "mini-electra",
        AttributionRequest("The chef ate the carpet.", target=Target("replaced-token-detection", "", 17, 23)),
    ),
    ("minilm", AttributionRequest(TEXT, PAIR)),
]


@pytest.mark.parametrize(("checkpoint", "request_"), CASES)
def test_integrated_gradients_are_those_of_captum(
    float32_engine: LocalEngine, checkpoint: str, request_: AttributionRequest
) -> None:
    request_ = replace(request_, steps=12)
    result = attribute(float32_engine, checkpoint, request_)
    wanted = with_captum(float32_engine, checkpoint, request_)
    got = sum(word.effect for word in result.words) + result.rest
    assert got == pytest.approx(float(wanted.sum()), abs=1e-3)
    with float32_engine.lease(checkpoint) as model:
        found = aim(request_.text, request_.text_pair, request_.target, model)
    places = [n for n, segment in enumerate(found.encoding.segments) if segment >= 0]
    sums: dict[Any, float] = {}
    for n in places:
        key = found.encoding.segments[n], found.encoding.words[n]
        sums[key] = sums.get(key, 0.0) + float(wanted[n])
    np.testing.assert_allclose([word.effect for word in result.words], list(sums.values()), atol=2e-3)


@pytest.mark.parametrize("model_type", FAMILIES)
def test_scores_add_up_in_every_family(model_type: str, tmp_path: Path) -> None:
    save_tiny(model_type, "sequence-classification", tmp_path)
    row = Checkpoint(
        "tiny",
        "tiny",
        "",
        "local",
        str(tmp_path),
        "bert",
        "sequence-classification",
        "",
        "1",
        "",
        128,
        "",
        model_type=model_type,
    )
    engine = LocalEngine(Settings(device="cpu", dtype="float32"), Catalog([row]))
    request = AttributionRequest(TEXT, PAIR, Target("text-classification", "neutral"), steps=200)
    result = attribute(engine, "tiny", request)
    assert result.completeness_error is not None
    assert result.baseline_value is not None
    difference = result.completeness_error * abs(result.value - result.baseline_value)
    assert difference < 0.5 * sum(abs(word.effect) for word in result.words), "random networks have sharp bends"
    assert result.rest == pytest.approx(0, abs=1e-4)
    few = replace(request, steps=5)
    scores = [word.effect for word in attribute(engine, "tiny", few).words]
    assert sum(scores) == pytest.approx(float(with_captum(engine, "tiny", few).sum()), abs=2e-3)
    assert [word.text for word in result.words if word.segment == 1][0] == "She"


def test_gradient_times_input_is_the_slope_at_the_text(float32_engine: LocalEngine) -> None:
    request = AttributionRequest(GREAT.text, target=GREAT.target, method="gradient-x-input")
    result = attribute(float32_engine, "minilm-sentiment", request)
    assert (result.baseline_value, result.completeness_error, result.steps) == (None, None, 1)
    with float32_engine.lease("minilm-sentiment") as model:
        found = aim(request.text, "", request.target, model)
        ids = torch.tensor([found.encoding.ids])
        embeddings = model.plain.get_input_embeddings()(ids).detach().requires_grad_()
        model.plain(inputs_embeds=embeddings, token_type_ids=torch.zeros_like(ids)).logits[0, 1].backward()
        assert embeddings.grad is not None
        wanted = (embeddings.grad * embeddings).sum(-1)[0].detach().numpy()
    np.testing.assert_allclose([word.effect for word in result.words], wanted[1:-1], rtol=1e-3, atol=1e-4)


def test_the_telling_word_supports_its_class(float32_engine: LocalEngine) -> None:
    result = attribute(float32_engine, "minilm-sentiment", GREAT)
    assert max(result.words, key=lambda word: word.effect).text == "wonderful"
    assert format(result)["words"][1] == {
        "segment": 0, "start": 4, "end": 13, "text": "wonderful", "effect": result.words[1].effect
    }  # fmt: skip


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (Target("text-classification", "lovely"), "no class “lovely”"),
        (Target("weather"), "nothing to explain in “weather”"),  # type: ignore[arg-type]
    ],
)
def test_what_is_not_there_is_refused(float32_engine: LocalEngine, target: Target, says: str) -> None:
    with pytest.raises(InputError, match=says):
        attribute(float32_engine, "minilm-sentiment", AttributionRequest(TEXT, target=target))
    with pytest.raises(TaskNotSupportedError, match="no trained head for fill-mask"):
        attribute(float32_engine, "minilm-sentiment", AttributionRequest(TEXT, target=Target("fill-mask")))
