"""forward-pass of the first DeBERTa: its scores from its weights by loops of their own, and the code for it."""

from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.checkpoints.catalog import Catalog, Checkpoint
from core.checkpoints.own import read_folder
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks.forward_pass.schema import ForwardPassRequest, ForwardPassResult
from core.tasks.forward_pass.snippet import snippet
from tests.core.snippets.copied import run
from tests.families import FAMILIES, tiny_model

TEXT, LAYER, HEAD, CLOSE = "Two cats sat on a ___, and a dog.", 2, 3, 1e-4


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A random checkpoint on disk, its biases not zero, and its model."""
    folder, model = tmp_path_factory.mktemp("deberta"), tiny_model("deberta", "masked-lm")
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(3)
        for name, weight in model.named_parameters():
            if name.endswith("bias"):
                weight.normal_(std=0.3)
    model.save_pretrained(folder)
    FAMILIES["deberta"].tokenizer().save_pretrained(folder)
    return folder, model


@pytest.fixture(scope="module")
def row(saved: tuple[Path, Any]) -> Checkpoint:
    return read_folder(saved[0], "first-deberta")


@pytest.fixture(scope="module")
def result(row: Checkpoint) -> ForwardPassResult:
    engine = LocalEngine(Settings(device="cpu", dtype="float32"), Catalog([row]))
    (found,) = engine.run("forward-pass", row.id, [ForwardPassRequest(TEXT, "", LAYER, HEAD)])
    assert isinstance(found, ForwardPassResult)
    return found


def test_content_and_distance_are_scored_apart(result: ForwardPassResult, saved: tuple[Path, Any]) -> None:
    model, ids = saved[1], torch.tensor([result.ids])
    with torch.inference_mode():
        output = model(ids, output_hidden_states=True, output_attentions=True)
    weight = {name: value.detach().numpy() for name, value in model.deberta.state_dict().items()}
    step = {one.name: one.values for one in result.steps}
    within = f"encoder.layer.{LAYER - 1}.attention.self"
    size, count = 8, len(result.ids)
    own = slice((HEAD - 1) * size, HEAD * size)
    state = output.hidden_states[LAYER - 1][0].numpy()
    matrix = weight[f"{within}.in_proj.weight"][(HEAD - 1) * 3 * size : HEAD * 3 * size]  # rows of this head
    query = state @ matrix[:size].T + weight[f"{within}.q_bias"][own]
    key = state @ matrix[size : 2 * size].T
    value = state @ matrix[2 * size :].T + weight[f"{within}.v_bias"][own]
    vectors, middle = weight["encoder.rel_embeddings.weight"], 512
    keys = (vectors @ weight[f"{within}.pos_proj.weight"].T)[:, own]
    queries = (vectors @ weight[f"{within}.pos_q_proj.weight"].T + weight[f"{within}.pos_q_proj.bias"])[:, own]
    every = range(count)
    wanted = {
        "state": state,
        "query": query,
        "key": key,
        "value": value,
        "scores": [[query[q] @ key[k] for k in every] for q in every],
        "to-position": [[query[q] @ keys[middle + q - k] for k in every] for q in every],
        "from-position": [[key[k] @ queries[middle + q - k] for k in every] for q in every],
    }
    terms = [np.array(wanted[name]) for name in ("scores", "to-position", "from-position")]
    wanted["scaled"] = sum(terms) / sqrt(3 * size)
    wanted["weights"] = output.attentions[LAYER - 1][0, HEAD - 1].numpy()
    wanted["weighted"] = np.array(wanted["weights"]) @ value
    wanted["output-norm"] = output.hidden_states[LAYER][0].numpy()
    for name, values in wanted.items():
        np.testing.assert_allclose(step[name], values, atol=CLOSE, rtol=1e-4, err_msg=name)
    assert result.holds
    assert result.scale == pytest.approx(sqrt(3 * size))
    gap = result.ids.index(4)
    assert result.conclusion is not None
    assert result.conclusion.holds
    assert result.conclusion.guesses[gap][0].score == pytest.approx(float(output.logits[0, gap].softmax(0).max()))


def test_its_code_gives_the_same_steps(
    result: ForwardPassResult, row: Checkpoint, saved: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = snippet(row, ForwardPassRequest(TEXT, "", LAYER, HEAD))
    got = run(code.replace(f"path/to/{row.name}", str(saved[0])), monkeypatch)
    for name, values in got["steps"].items():
        np.testing.assert_allclose(values, result.step(name).values, atol=CLOSE, rtol=1e-4, err_msg=name)
