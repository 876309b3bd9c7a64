"""forward-pass: each step from the one before by formulas of its own, with the weights that plain transformers loads;
the last one is what plain transformers gives."""

from collections.abc import Callable
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import erf

from core.checkpoints.catalog import Catalog
from core.checkpoints.own import read_folder
from core.errors import InputError, TaskNotSupportedError
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks.forward_pass.agreement import agreement
from core.tasks.forward_pass.schema import ForwardPassRequest, ForwardPassResult, rows, summary
from tests.families import FAMILIES, save_tiny

Reference = Callable[..., tuple[Any, Any]]
TEXT, CLOSE = "Ada Lovelace met a machine that could ___ in London, and they talked.", 1e-4
FIVE = ("mini-bert", "mini-roberta", "mini-deberta", "mini-distilbert", "mini-electra")
KNOWN = {"bert", "roberta", "xlm-roberta", "deberta", "deberta-v2", "distilbert", "electra"}
BERT_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attention-output": "attention.output.dense",
    "attention-norm": "attention.output.LayerNorm",
    "neurons": "intermediate.dense",
    "output": "output.dense",
    "output-norm": "output.LayerNorm",
}
NAMES = {
    "deberta-v2": BERT_NAMES | {one: f"attention.self.{one}_proj" for one in ("query", "key", "value")},
    "distilbert": {
        "query": "attention.q_lin",
        "key": "attention.k_lin",
        "value": "attention.v_lin",
        "attention-output": "attention.out_lin",
        "attention-norm": "sa_layer_norm",
        "neurons": "ffn.lin1",
        "output": "ffn.lin2",
        "output-norm": "output_layer_norm",
    },
}


def ask(engine: LocalEngine, checkpoint: str, *request: Any) -> ForwardPassResult:
    (result,) = engine.run("forward-pass", checkpoint, [ForwardPassRequest(*request)])
    assert isinstance(result, ForwardPassResult)
    return result


def norm(x: np.ndarray, eps: float, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps) * weight + bias


def bucket(distance: int, buckets: int, longest: int) -> int:
    """He et al. 2020 as its authors' code has it: near distances as they are, far ones by their logarithm."""
    half = buckets // 2
    if abs(distance) <= half:
        return distance
    far = np.ceil(np.float32(log(abs(distance) / half) / log((longest - 1) / half) * (half - 1))) + half
    return int(np.sign(distance) * far)


@pytest.mark.parametrize("checkpoint", FIVE)
def test_every_step_follows_from_the_one_before(
    float32_engine: LocalEngine, reference: Reference, checkpoint: str
) -> None:
    model, tokenizer = reference(float32_engine.catalog[checkpoint])
    model.set_attn_implementation("eager")
    config, base = model.config, model.base_model
    weight = {name: value.numpy() for name, value in base.state_dict().items()}
    kind = config.model_type
    eps = 1e-12 if kind == "distilbert" else config.layer_norm_eps
    stack = "transformer" if kind == "distilbert" else "encoder"
    mask = "something" if kind == "electra" else tokenizer.mask_token
    inputs = tokenizer(TEXT.replace("___", mask), return_tensors="pt")
    with torch.inference_mode():
        output = base(**inputs, output_hidden_states=True, output_attentions=True)
    ids = inputs["input_ids"][0].numpy()

    for number in range(1, config.num_hidden_layers + 1):
        head = number % config.num_attention_heads + 1
        result = ask(float32_engine, checkpoint, TEXT.replace("___", mask), "", number, head)
        step = {one.name: one.values for one in result.steps}
        names = NAMES.get(kind, BERT_NAMES)
        size = config.hidden_size // config.num_attention_heads
        columns = slice((head - 1) * size, head * size)

        def through(name: str, x: np.ndarray, number: int = number, names: dict[str, str] = names) -> np.ndarray:
            full = f"{stack}.layer.{number - 1}.{names[name]}"
            return x @ weight[f"{full}.weight"].T + weight[f"{full}.bias"]

        def normed(name: str, x: np.ndarray, number: int = number, names: dict[str, str] = names) -> np.ndarray:
            full = f"{stack}.layer.{number - 1}.{names[name]}"
            return norm(x, eps, weight[f"{full}.weight"], weight[f"{full}.bias"])

        wanted = {"word": weight["embeddings.word_embeddings.weight"][ids]}
        total = step["word"]
        if kind != "deberta-v2":
            first = config.pad_token_id + 1 if kind == "roberta" else 0
            wanted["position"] = weight["embeddings.position_embeddings.weight"][first : first + len(ids)]
            total = total + step["position"]
        if kind in ("bert", "electra", "roberta"):
            wanted["segment"] = weight["embeddings.token_type_embeddings.weight"][[0] * len(ids)]
            total = total + step["segment"]
        wanted["sum"] = total
        ln = [weight[f"embeddings.LayerNorm.{one}"] for one in ("weight", "bias")]
        wanted["norm"] = norm(step["sum"], eps, *ln)
        wanted["state"] = output.hidden_states[number - 1][0].numpy()
        for one in ("query", "key", "value"):
            wanted[one] = through(one, step["state"])[:, columns]
        terms = [step["query"] @ step["key"].T]
        wanted["scores"] = terms[0]
        if kind == "deberta-v2":
            table = norm(
                weight["encoder.rel_embeddings.weight"],
                eps,
                *(weight[f"encoder.LayerNorm.{one}"] for one in ("weight", "bias")),
            )
            span, every = config.position_buckets, range(len(ids))
            keys, queries = (through(one, table)[:, columns] for one in ("key", "query"))
            apart = [[bucket(q - k, span, config.max_position_embeddings) for k in every] for q in every]
            wanted["to-position"] = np.array(
                [[step["query"][q] @ keys[apart[q][k] + span] for k in every] for q in every]
            )
            wanted["from-position"] = np.array(
                [[step["key"][k] @ queries[-apart[k][q] + span] for k in every] for q in every]
            )
            terms += [step["to-position"], step["from-position"]]
        wanted["scaled"] = sum(terms) / sqrt(size * len(terms))
        shares = np.exp(step["scaled"] - step["scaled"].max(-1, keepdims=True))
        wanted["weights"] = shares / shares.sum(-1, keepdims=True)
        np.testing.assert_allclose(step["weights"], output.attentions[number - 1][0, head - 1], atol=CLOSE)
        wanted["weighted"] = step["weights"] @ step["value"]
        np.testing.assert_allclose(step["joined"][:, columns], step["weighted"], atol=CLOSE)
        wanted["attention-output"] = through("attention-output", step["joined"])
        wanted["attention-norm"] = normed("attention-norm", step["attention-output"] + step["state"])
        inner = through("neurons", step["attention-norm"])
        wanted["neurons"] = inner * 0.5 * (1 + erf(inner / sqrt(2)))
        wanted["output"] = through("output", step["neurons"])
        wanted["output-norm"] = normed("output-norm", step["output"] + step["attention-norm"])
        for name, values in wanted.items():
            np.testing.assert_allclose(step[name], values, atol=CLOSE, rtol=1e-5, err_msg=f"{name}, layer {number}")
        np.testing.assert_allclose(step["output-norm"], output.hidden_states[number][0], atol=CLOSE)
        assert result.holds
        assert all(one.holds for one in result.steps)
        np.testing.assert_allclose(step["last"], output.last_hidden_state[0], atol=CLOSE)
        if kind == "deberta-v2":
            assert {one.name: one.error for one in result.steps}["decoder"] is not None
            with torch.inference_mode():
                np.testing.assert_allclose(step["decoder"], model.decode(inputs["input_ids"])[0], atol=CLOSE)
        assert set(step) - set(wanted) == {"joined", "last", "features"} | (
            {"decoder"} if kind == "deberta-v2" else set()
        )


@pytest.mark.parametrize(
    ("checkpoint", "texts"),
    [
        *((one, (TEXT, "")) for one in FIVE[:4]),
        ("minilm-fill-mask", ("The capital of France is ___.", "")),
        ("mini-electra", ("The chef cooked the carpet.", "")),
        ("mini-bert-sentiment", ("A charming film.", "")),
        ("mini-roberta-sentiment", ("A charming film.", "")),
        ("mini-distilbert-nli", ("It rains.", "It is wet.")),
        ("mini-electra-nli", ("It rains.", "It is wet.")),
        ("mini-deberta-sentiment", ("A charming film.", "")),
        ("mini-bert-ner", ("Angela Merkel met Tim Cook in Cupertino.", "")),
        ("mini-distilbert-qa", ("Who wrote it?", "The book was written by Ada Lovelace in London.")),
    ],
)
def test_the_answer_is_that_of_transformers(
    float32_engine: LocalEngine, reference: Reference, checkpoint: str, texts: tuple[str, str]
) -> None:
    row = float32_engine.catalog[checkpoint]
    model, tokenizer = reference(row)
    found = ask(float32_engine, checkpoint, *texts).conclusion
    assert found is not None
    assert found.holds
    first, second = texts
    inputs = tokenizer(first.replace("___", tokenizer.mask_token), second or None, return_tensors="pt")
    with torch.inference_mode():
        output = model(**inputs)
    if row.head == "question-answering":
        logits = torch.stack([output.start_logits, output.end_logits], -1)[0]
        np.testing.assert_allclose([[g.score for g in one] for one in found.guesses], logits.softmax(0), atol=CLOSE)
        assert found.said.lower() == "the answer is “ada lovelace”."
        assert found.place == int(logits[:, 0].argmax())
        return
    logits = output["prediction_logits" if "prediction_logits" in output else "logits"][0]
    if row.head == "replaced-token-detection":
        np.testing.assert_allclose([one[0].score for one in found.guesses], logits.sigmoid(), atol=CLOSE)
        return
    best = logits.reshape(len(found.guesses), -1).softmax(-1).max(-1)
    np.testing.assert_allclose([one[0].score for one in found.guesses], best.values, atol=CLOSE)
    if row.head != "masked-lm":
        assert [one[0].text for one in found.guesses] == [model.config.id2label[int(n)] for n in best.indices]


def test_a_long_text_is_cut_and_a_short_one_of_its_batch_is_not_changed(float32_engine: LocalEngine) -> None:
    short, long = ForwardPassRequest("Two cats.", layer=2, head=3), ForwardPassRequest("The town is old. " * 40)
    for checkpoint in ("mini-roberta", "mini-deberta"):
        together = float32_engine.run("forward-pass", checkpoint, [long, short])
        assert len(together[0].tokens) == 64
        assert together[0].provenance.unread[0].tokens > 100
        alone = ask(float32_engine, checkpoint, "Two cats.", "", 2, 3)
        for one, other in zip(together[1].steps, alone.steps, strict=True):
            np.testing.assert_allclose(one.values, other.values, atol=CLOSE, err_msg=one.name)


def test_positions_and_segments_are_those_of_the_family(float32_engine: LocalEngine) -> None:
    pair = ("It rained.", "They left.", 1, 1)
    found = {one: ask(float32_engine, one, *pair) for one in FIVE}
    assert found["mini-bert"].positions == tuple(range(len(found["mini-bert"].tokens)))
    assert set(found["mini-bert"].segments) == {0, 1}
    assert found["mini-roberta"].positions[:2] == (2, 3)
    assert set(found["mini-roberta"].segments) == {0}
    assert found["mini-distilbert"].segments == found["mini-deberta"].segments == found["mini-deberta"].positions == ()
    assert "decoder" in {step.name for step in found["mini-deberta"].steps}


@pytest.mark.parametrize("layer_and_head", [(0, 1), (1, 0), (5, 1), (1, 5), (-1, 1)])
def test_a_layer_or_head_that_there_is_not_is_refused(
    float32_engine: LocalEngine, layer_and_head: tuple[int, int]
) -> None:
    with pytest.raises(InputError, match="counted from 1"):
        ask(float32_engine, "mini-bert", "a", "", *layer_and_head)


def test_rows_and_summary(float32_engine: LocalEngine) -> None:
    result = ask(float32_engine, "mini-bert", "Two cats ___.", "", 4, 1)
    state = result.step("output-norm").values
    row = next(one for one in rows(result) if one["step"] == "output-norm" and one["place"] == 2)
    assert row["norm"] == pytest.approx(np.linalg.norm(state[2]), rel=1e-5)
    assert row["value"] == pytest.approx(state[2][row["dimension"]])
    assert len(rows(ask(float32_engine, "mini-bert", "Two cats ___.", "", 0, 0))) > 4 * len(rows(result))
    assert summary(result)["answer"].startswith("In the gap: “")
    assert agreement([result, result]).share == pytest.approx(1)
    other = ask(float32_engine, "mini-bert", "One dog.", "", 4, 1)
    assert "not the same" in agreement([result, other]).sentence


@pytest.mark.parametrize("model_type", FAMILIES)
def test_a_family_is_told_apart_rightly_or_not_at_all(model_type: str, tmp_path: Any) -> None:
    """Every architecture: its steps follow from each other, or a sentence says that they are not told apart."""
    rows_of = []
    for head in FAMILIES[model_type].heads:
        save_tiny(model_type, head, tmp_path / head)
        rows_of.append(read_folder(tmp_path / head, f"tiny-{head}"))
    engine = LocalEngine(Settings(device="cpu", dtype="float32"), Catalog(rows_of))
    for row in rows_of:
        if model_type not in KNOWN:
            with pytest.raises(TaskNotSupportedError, match="not told apart"):
                ask(engine, row.id, "Two cats sat.")
            continue
        result = ask(engine, row.id, "Two cats sat.", "A dog.", 2, 2)
        assert all(step.holds for step in result.steps), [
            (step.name, step.error, step.largest) for step in result.steps
        ]
