"""ablation against models whose weights are set to zero, in a batch with other networks."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import InputError
from core.runtime.local import LocalEngine
from core.tasks.ablation.schema import AblationRequest, AblationResult, rows, strongest_part, summary
from core.tasks.target import Target

Reference = Callable[..., tuple[Any, Any]]
TEXT = "The wonderful cast plays well together."
POSITIVE = Target("text-classification", "positive")


def ablate(engine: LocalEngine, checkpoint: str, request: AblationRequest) -> AblationResult:
    (result,) = engine.run("ablation", checkpoint, [request])
    assert isinstance(result, AblationResult)
    return result


def zeroed(model: Any, *, head: tuple[int, int] | None = None, feed_forward: int | None = None) -> Any:
    """A copy of a BERT in which the columns of a head, or a feed-forward part, are zero; counted from 1."""
    model = copy.deepcopy(model)
    if head:
        join = model.base_model.encoder.layer[head[0] - 1].attention.output.dense
        size = model.config.hidden_size // model.config.num_attention_heads
        join.weight.data[:, (head[1] - 1) * size : head[1] * size] = 0
    if feed_forward:
        dense = model.base_model.encoder.layer[feed_forward - 1].output.dense
        dense.weight.data.zero_()
        dense.bias.data.zero_()
    return model


def logits(model: Any, tokenizer: Any, text: str = TEXT) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model(**tokenizer(text, return_tensors="pt")).logits[0]
    return found


def merged(pair: tuple[Any, Any]) -> tuple[Any, Any]:
    model, tokenizer = pair
    return copy.deepcopy(model).merge_and_unload(), tokenizer


def test_heads_and_feed_forwards_are_those_of_a_zeroed_model(float32_engine: LocalEngine, reference: Reference) -> None:
    model, tokenizer = merged(reference(float32_engine.catalog["minilm-sentiment"]))
    label = model.config.label2id["positive"]
    whole = logits(model, tokenizer)
    result = ablate(float32_engine, "minilm-sentiment", AblationRequest(TEXT, target=POSITIVE, each="heads"))
    assert result.before == pytest.approx(float(whole.softmax(-1)[label]), abs=1e-4)
    assert result.after == pytest.approx(result.before, abs=1e-5)
    assert result.best_before == result.best_after == (whole.argmax() == label)
    assert result.importance.shape == (6, 12)
    for layer, head in ((1, 1), (3, 4), (6, 12)):
        without = logits(zeroed(model, head=(layer, head)), tokenizer)
        fall = float(whole.softmax(-1)[label] - without.softmax(-1)[label])
        assert result.importance[layer - 1, head - 1] == pytest.approx(fall, abs=1e-4)
        assert result.best_without is not None
        assert result.best_without[layer - 1, head - 1] == (without.argmax() == label)
        assert result.logit_importance[layer - 1, head - 1] == pytest.approx(float((whole - without)[label]), abs=1e-3)
    both = ablate(float32_engine, "minilm-sentiment", AblationRequest(TEXT, "", POSITIVE, ((3, 4),), (), (2,)))
    without = logits(zeroed(model, head=(3, 4), feed_forward=2), tokenizer)
    assert both.after == pytest.approx(float(without.softmax(-1)[label]), abs=1e-4)


def test_a_layer_that_is_off_is_a_model_without_it(float32_engine: LocalEngine, reference: Reference) -> None:
    model, tokenizer = merged(reference(float32_engine.catalog["minilm-sentiment"]))
    label, whole = model.config.label2id["positive"], logits(model, tokenizer)
    result = ablate(float32_engine, "minilm-sentiment", AblationRequest(TEXT, target=POSITIVE, each="layers"))
    for layer in (1, 4):
        shorter = copy.deepcopy(model)
        del shorter.base_model.encoder.layer[layer - 1]
        fall = whole[label] - logits(shorter, tokenizer)[label]
        assert result.logit_importance[layer - 1, 0] == pytest.approx(float(fall), abs=1e-3)


@pytest.mark.parametrize(
    ("checkpoint", "request_"),
    [
        (
            "minilm-ner",
            AblationRequest("Ada met Tim.", "", Target("token-classification", "PER", 0, 3), layers=(2,)),
        ),
        ("minilm-qa", AblationRequest("Who?", "Olga painted it.", Target("question-answering", "", 0, 4), layers=(2,))),
        ("mini-deberta", AblationRequest("___ met.", target=Target("fill-mask", "he", 0, 3, 2002), layers=(4,))),
        (
            "mini-electra",
            AblationRequest("He ate rocks.", "", Target("replaced-token-detection", "", 7, 12), layers=(1,)),
        ),
        ("minilm", AblationRequest("A cat sleeps.", "A kitten naps.", layers=(6,))),
    ],
)
def test_every_target_moves(float32_engine: LocalEngine, checkpoint: str, request_: AblationRequest) -> None:
    result = ablate(float32_engine, checkpoint, request_)
    assert 0 < result.before <= 1
    assert abs(result.logit_before - result.logit_after) > 1e-3


def test_rows_and_summary(float32_engine: LocalEngine) -> None:
    request = AblationRequest(TEXT, target=POSITIVE, each="feed-forwards")
    result = ablate(float32_engine, "minilm-sentiment", request)
    assert [row["layer"] for row in rows(result)] == [1, 2, 3, 4, 5, 6]
    best = strongest_part(result)
    assert best is not None
    assert summary(result)["most_important"] == str(best[0])
    assert abs(best[2]) == pytest.approx(float(np.abs(result.logit_importance).max()))


def test_what_the_network_does_not_have_is_refused(float32_engine: LocalEngine) -> None:
    for request, says in (
        (AblationRequest(TEXT, heads=((7, 1),)), "There is no layer 7"),
        (AblationRequest(TEXT, heads=((1, 13),)), "There is no head 13"),
        (AblationRequest(TEXT, layers=(0,)), "There is no layer 0"),
        (AblationRequest(TEXT, each="toes"), "no parts called “toes”"),  # type: ignore[arg-type]
    ):
        with pytest.raises(InputError, match=says):
            ablate(float32_engine, "minilm", request)
