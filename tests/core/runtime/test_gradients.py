"""Tasks with gradients and silenced heads, as the engine runs them: in one batch with other requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.models.hooks import silence
from core.models.model import LoadedModel
from core.provenance import Provenance
from core.runtime.batch import Answered, Batch, Encoded
from core.runtime.local import LocalEngine
from core.tasks import TASKS
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.tasks.spec import TaskSpec


@dataclass(frozen=True)
class Norms:
    """How much the first number of the first token's last state depends on each token, (tokens,)."""

    norms: np.ndarray
    dtype: str
    provenance: Provenance


@dataclass(frozen=True)
class WithoutHead:
    text: str
    layer: int = -1
    head: int = 0


@dataclass(frozen=True)
class FirstState:
    state: np.ndarray  # (hidden,)
    provenance: Provenance


def encode(request: FeatureExtractionRequest | WithoutHead, model: LoadedModel) -> Encoded:
    return Encoded((model.tokenizer.encode(request.text)[0],))


def gradients(model: LoadedModel, batch: Batch) -> Sequence[tuple[np.ndarray, str]]:
    embeddings = model.plain.get_input_embeddings()(batch.inputs["input_ids"]).requires_grad_()
    others = {name: value for name, value in batch.inputs.items() if name != "input_ids"}
    states = model.plain_encoder(inputs_embeds=embeddings, **others).last_hidden_state
    states[:, 0, 0].sum().backward()
    assert embeddings.grad is not None
    norms = embeddings.grad.norm(dim=-1).numpy()
    return [(norms[n, : len(row.encoding)], str(states.dtype)) for n, row in enumerate(batch.rows)]


def first_states(model: LoadedModel, batch: Batch) -> Sequence[np.ndarray]:
    kept = torch.ones(len(batch.rows), model.config.num_hidden_layers, model.config.num_attention_heads)
    for n, row in enumerate(batch.rows):
        if row.request.layer >= 0:
            kept[n, row.request.layer, row.request.head] = 0
    with silence(model.plain, kept):
        return list(model.plain_encoder(**batch.inputs).last_hidden_state[:, 0].float().numpy().copy())


@pytest.fixture(autouse=True)
def tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    specs = (
        TaskSpec("gradient-norms", FeatureExtractionRequest, Norms, title="", gradients=True),
        TaskSpec("without-head", WithoutHead, FirstState, title=""),
    )
    runs = (
        SimpleNamespace(encode=encode, forward=gradients, decode=norms_of),
        SimpleNamespace(encode=encode, forward=first_states, decode=lambda a: FirstState(a.outputs[0], a.provenance)),
    )
    for spec, run in zip(specs, runs, strict=True):
        spec.__dict__["run"] = run
        monkeypatch.setitem(TASKS, spec.name, spec)


def norms_of(answered: Answered[FeatureExtractionRequest]) -> Norms:
    found, dtype = answered.outputs[0]
    return Norms(found, dtype, answered.provenance)


@pytest.mark.parametrize("name", ["tiny_engine", "bfloat16_engine"])
def test_gradients_are_followed_in_float32(name: str, request: pytest.FixtureRequest) -> None:
    engine: LocalEngine = request.getfixturevalue(name)
    checkpoint = "tiny_encoder" if name == "tiny_engine" else "mini-bert"
    texts = [FeatureExtractionRequest(text) for text in ("two cats", "a cat sat on the mat")]
    together = engine.run("gradient-norms", checkpoint, texts)
    for one, text in zip(together, texts, strict=True):
        assert one.dtype == "torch.float32"
        assert one.provenance.dtype == "float32"
        assert (one.norms > 0).all()
        (alone,) = engine.stream("gradient-norms", checkpoint, [text])
        np.testing.assert_allclose(one.norms, alone.norms, rtol=1e-4)  # padding takes no part
    answered = engine.run("feature-extraction", checkpoint, [FeatureExtractionRequest("two dogs")])[0]
    assert answered.provenance.dtype == engine.status().dtype


def test_requests_with_different_silenced_heads_share_a_batch(tiny_engine: LocalEngine) -> None:
    asked = [WithoutHead("two cats"), WithoutHead("two cats", 0, 1), WithoutHead("two cats sat", 1, 0)]
    together = tiny_engine.run("without-head", "tiny_encoder", asked)
    alone = [next(iter(tiny_engine.stream("without-head", "tiny_encoder", [one]))) for one in asked]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one.state, other.state, atol=1e-5)
    assert not np.allclose(together[0].state, together[1].state, atol=1e-4)
    (plain,) = tiny_engine.run(
        "feature-extraction", "tiny_encoder", [FeatureExtractionRequest("two cats", "cls", normalize=False)]
    )
    np.testing.assert_allclose(together[0].state, plain.embedding, atol=1e-4)
