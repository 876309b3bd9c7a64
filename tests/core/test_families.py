"""Every architecture under every head it has, from a hub or a folder, run by the engine, against plain transformers."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoTokenizer

from core.checkpoints.catalog import Catalog, Checkpoint
from core.checkpoints.own import read_folder
from core.errors import TaskNotSupportedError
from core.hub.client import Hub
from core.hub.fetch import Fetch
from core.models.architecture import AUTO_CLASSES, settle
from core.models.hooks import feed_forwards
from core.provenance import Request
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.snippets import snippet
from core.tasks import TASKS
from core.tasks.attention.schema import AttentionRequest
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.tasks.fill_mask.joint import fill_jointly
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.hidden_states.schema import HiddenStatesRequest
from core.tasks.logit_lens.schema import LogitLensRequest
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest
from core.tasks.text_classification.schema import TextClassificationRequest
from core.tasks.token_classification.schema import TokenClassificationRequest
from tests.core.snippets.copied import assert_same, run
from tests.families import FAMILIES, save_tiny
from tests.loopback_hub import LoopbackHub, Repository, serve
from tests.working import result_of

TEXTS = ("Ada Lovelace met Charles Babbage in London.", "It rained.", "Café 😀 (naïve)? She said: “don't”.")
SPOTTING = "replaced-token-detection"
NEIGHBOURS = (HiddenStatesRequest("It rained."), HiddenStatesRequest("A cat.", neurons=1))  # in one batch
PAIR = ("Who met Babbage?", "Ada Lovelace met Charles Babbage in London, and they talked about engines until tea.")


# Of each kind of tokenizer one family comes from a hub; the others stand in a folder, which is read by the same code.
FETCHED = ("bert", "roberta", "deberta-v2", "longformer", "modernbert")


class World:
    """An engine with a random checkpoint for every family and head, and the plain models of the same folders."""

    def __init__(self, folder: Path, hub: LoopbackHub) -> None:
        self.folder = folder
        for model_type, family in FAMILIES.items():
            for head in family.heads:
                save_tiny(model_type, head, folder / model_type / head)
        self.engine = LocalEngine(Settings(dtype="float32", cache_folder=folder / "cache"), Catalog([]))
        self.engine.library.hub = Hub(folder / "cache" / "models", hub.endpoint)
        for model_type, family in FAMILIES.items():
            for head in family.heads:
                id, here = f"tiny/{model_type}-{head}", folder / model_type / head
                if model_type in FETCHED:
                    hub.repositories[id] = Repository(here)
                    self.fetch(id)
                else:
                    self.engine.library.admit(read_folder(here, id))

    def fetch(self, id: str) -> None:
        assert result_of(Fetch(self.engine.library.read_offer(id)), self.engine)

    def run(self, task: str, model_type: str, head: str, *requests: Any) -> list[Any]:
        return self.engine.run(task, f"tiny/{model_type}-{head}", requests)

    def plain(self, model_type: str, head: str, *texts: str, **options: Any) -> Any:
        """What the model itself gives for one text or two, with the ids."""
        model, tokenizer = load_plain(self.folder / model_type / head, head)
        inputs = tokenizer(*texts, return_tensors="pt")
        with torch.inference_mode():
            return model(**inputs, **options), inputs


@cache
def load_plain(folder: Path, head: str) -> tuple[Any, Any]:
    """The model and the tokenizer of a folder, loaded by transformers alone."""
    config = settle(AutoConfig.from_pretrained(folder))
    model = AUTO_CLASSES[head].from_pretrained(folder, config=config, attn_implementation="eager").eval()
    return model, AutoTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, serve() as hub:
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        yield World(tmp_path_factory.mktemp("families"), hub)


every_family = pytest.mark.parametrize("model_type", FAMILIES)


@every_family
def test_vectors(world: World, model_type: str) -> None:
    results = world.run("feature-extraction", model_type, "encoder", *map(FeatureExtractionRequest, TEXTS))
    for text, result in zip(TEXTS, results, strict=True):
        output, _ = world.plain(model_type, "encoder", text)
        mean = output.last_hidden_state[0].mean(0)
        np.testing.assert_allclose(result.embedding, mean / mean.norm(), atol=1e-5)


@every_family
def test_inner_layers(world: World, model_type: str) -> None:
    request = FeatureExtractionRequest(TEXTS[0], layer=1, pooling="cls", normalize=False)
    output, _ = world.plain(model_type, "encoder", TEXTS[0], output_hidden_states=True)
    vector = world.run("feature-extraction", model_type, "encoder", request)[0].embedding
    np.testing.assert_allclose(vector, output.hidden_states[1][0, 0], atol=1e-4, rtol=1e-4)


@every_family
def test_neurons(world: World, model_type: str) -> None:
    """The last product of the feed-forward part makes of them what it gives in the model itself."""
    model, _ = load_plain(world.folder / model_type / "encoder", "encoder")
    products, turned = feed_forwards(model), model_type == "squeezebert"  # (rows, numbers, tokens) there
    text = TEXTS[0]
    results = world.run(
        "hidden-states", model_type, "encoder", *(HiddenStatesRequest(text, neurons=n) for n in (2, 1)), *NEIGHBOURS
    )
    given: list[torch.Tensor] = []
    hooks = [one.register_forward_hook(lambda *call: given.append(call[2])) for one in dict.fromkeys(products)]
    world.plain(model_type, "encoder", text)
    for hook in hooks:
        hook.remove()
    for product, written, result in zip(products, given, results[1::-1], strict=True):
        assert result.states.shape == (1, len(result.tokens), 64)
        neurons = torch.from_numpy(result.states)
        with torch.inference_mode():
            found = product(neurons.mT).mT if turned else product(neurons)
        expected = written.mT if turned else written
        torch.testing.assert_close(found, expected[:, : len(result.tokens)], atol=1e-3, rtol=1e-3)


@every_family
def test_hidden_states(world: World, model_type: str) -> None:
    requests = [HiddenStatesRequest(text) for text in TEXTS] + [HiddenStatesRequest(*PAIR)]
    results = world.run("hidden-states", model_type, "encoder", *requests)
    for texts, result in zip([*((text,) for text in TEXTS), PAIR], results, strict=True):
        output, inputs = world.plain(model_type, "encoder", *texts, output_hidden_states=True)
        tokens = inputs["input_ids"].shape[1]
        layers = torch.stack([layer[0, :tokens] for layer in output.hidden_states])  # (layers + 1, tokens, hidden)
        assert result.states.shape == layers.shape == (3, len(result.tokens), 32)
        np.testing.assert_allclose(result.states[:-1], layers[:-1], atol=1e-4)
        np.testing.assert_allclose(result.states[-1], output.last_hidden_state[0, :tokens], atol=1e-4)


@every_family
def test_attention_is_square_and_adds_up(world: World, model_type: str) -> None:
    result, pair = world.run("attention", model_type, "encoder", AttentionRequest(TEXTS[0]), AttentionRequest(*PAIR))
    tokens = len(result.tokens)
    assert result.attentions.shape == (2, 4, tokens, tokens)
    assert pair.attentions.shape[2:] == (len(pair.tokens),) * 2
    np.testing.assert_allclose(result.attentions.sum(-1, dtype=np.float32), 1, atol=5e-3)


@pytest.mark.parametrize("model_type", [name for name in FAMILIES if name != "longformer"])
def test_attention(world: World, model_type: str) -> None:
    output, _ = world.plain(model_type, "encoder", TEXTS[0], output_attentions=True)
    expected = torch.stack(output.attentions, 1)[0]
    if model_type == "squeezebert":  # it returns the scores before the softmax
        expected = expected.softmax(-1)
    result = world.run("attention", model_type, "encoder", AttentionRequest(TEXTS[0]))[0]
    np.testing.assert_allclose(result.attentions, expected, atol=1e-3)


@every_family
def test_tokens_of_attention_are_labelled_as_a_reader_writes_them(world: World, model_type: str) -> None:
    id = f"tiny/{model_type}-encoder"
    (result,) = world.engine.run("attention", id, [AttentionRequest("The soups are tastier")])
    assert "".join(result.labels[1:-1]).replace("##", "").lower() == "thesoupsaretastier"
    assert [label.startswith("##") for label in result.labels].count(False) == 4 + 2
    assert result.tokens == tuple(piece.token for piece in world.engine.tokenize(id, "The soups are tastier").pieces)


def test_attention_of_bands(world: World) -> None:
    output, _ = world.plain("longformer", "encoder", TEXTS[0], output_attentions=True)
    bands = torch.stack(output.attentions, 1)[0]  # (layers, heads, query, 9)
    result = world.run("attention", "longformer", "encoder", AttentionRequest(TEXTS[0]))[0].attentions
    for query in range(result.shape[2]):
        for place, key in enumerate(range(query - 4, query + 5)):
            if 0 <= key < result.shape[3]:
                np.testing.assert_allclose(result[:, :, query, key], bands[:, :, query, place], atol=1e-3)


@every_family
def test_fills(world: World, model_type: str) -> None:
    texts = [f"{text} The soup ___ better on Sundays." for text in TEXTS]
    results = world.run("fill-mask", model_type, "masked-lm", *map(FillMaskRequest, texts))
    for text, result in zip(texts, results, strict=True):
        _, tokenizer = load_plain(world.folder / model_type / "masked-lm", "masked-lm")
        output, inputs = world.plain(model_type, "masked-lm", text.replace("___", tokenizer.mask_token))
        place = inputs["input_ids"][0].tolist().index(tokenizer.mask_token_id)
        expected = output.logits[0, place].softmax(-1)
        found = result.masks[0]
        assert text[found.start : found.end] == "___"
        for fill in found.fills:
            assert fill.score == pytest.approx(float(expected[fill.token_id]), abs=1e-4)
        better = (expected > found.fills[0].score + 1e-4).nonzero().flatten().tolist()
        tokens = tokenizer.convert_ids_to_tokens([n for n in better if n not in tokenizer.all_special_ids])
        assert not [token for token in tokens if token[0] in "Ġ▁" and len(token) > 1]  # begins a word


@every_family
def test_the_lens_is_the_whole_head_on_every_layer(world: World, model_type: str) -> None:
    folder = world.folder / model_type / "masked-lm"
    model, tokenizer = load_plain(folder, "masked-lm")
    text = f"Ada met {tokenizer.mask_token} in Rome."
    (result,) = world.run("logit-lens", model_type, "masked-lm", LogitLensRequest(text))
    output, inputs = world.plain(model_type, "masked-lm", text, output_hidden_states=True)
    asked: list[torch.Tensor] = []
    if model_type == "modernbert":  # it norms before its layers, and behind the last one: the head expects that
        with torch.no_grad():
            norm = model.model.final_norm
            output.hidden_states = [*map(norm, output.hidden_states[:-1]), output.hidden_states[-1]]
    hook = model.base_model.register_forward_hook(lambda _, __, given: replaced(given, asked[-1]))
    try:
        for layer, hidden in enumerate(output.hidden_states):
            asked.append(hidden)
            with torch.inference_mode():
                wanted = model(**inputs).logits[0].softmax(-1)
            np.testing.assert_allclose(result.scores[layer], wanted.amax(-1), atol=1e-4)
    finally:
        hook.remove()
    np.testing.assert_allclose(result.scores[-1], output.logits[0].softmax(-1).amax(-1), atol=1e-4)


def replaced(given: Any, hidden: torch.Tensor) -> Any:
    """What an encoder gave, with these states in the place of its last ones."""
    if isinstance(given, tuple):
        return (hidden, *given[1:])
    given.last_hidden_state = hidden
    return given


@every_family
def test_labels_of_pieces(world: World, model_type: str) -> None:
    results = world.run(
        "token-classification", model_type, "token-classification", *map(TokenClassificationRequest, TEXTS)
    )
    for text, result in zip(TEXTS, results, strict=True):
        output, _ = world.plain(model_type, "token-classification", text)
        scores = output.logits[0, 1:-1].softmax(-1)
        assert len(result.tokens) == len(scores)
        np.testing.assert_allclose([t.score for t in result.tokens], scores.amax(-1), atol=1e-4)
        for entity in result.entities:
            assert text[entity.start : entity.end] == entity.text == entity.text.strip()


@pytest.mark.parametrize("model_type", [name for name in FAMILIES if SPOTTING in FAMILIES[name].heads])
def test_swaps(world: World, model_type: str) -> None:
    results = world.run(SPOTTING, model_type, SPOTTING, *map(ReplacedTokenDetectionRequest, TEXTS))
    for text, result in zip(TEXTS, results, strict=True):
        output, _ = world.plain(model_type, SPOTTING, text)
        np.testing.assert_allclose([t.score for t in result.tokens], output.logits[0, 1:-1].sigmoid(), atol=1e-4)
        assert [text[t.start : t.end] for t in result.tokens] == [t.text for t in result.tokens]


def test_a_discriminator_fills_no_gaps(world: World) -> None:
    with pytest.raises(TaskNotSupportedError, match="Use tiny/electra-replaced-token-detection for replaced-token-d"):
        world.run("fill-mask", "electra", SPOTTING, FillMaskRequest("It ___."))


@every_family
def test_answers(world: World, model_type: str) -> None:
    output, inputs = world.plain(model_type, "question-answering", *PAIR)
    result = world.run("question-answering", model_type, "question-answering", QuestionAnsweringRequest(*PAIR))[0]
    inside = [n for n, s in enumerate(inputs.sequence_ids()) if s == 1]
    spans = {
        (s, e): float(output.start_logits[0, s] + output.end_logits[0, e])
        for s in inside
        for e in inside
        if s <= e < s + 30
    }
    best = result.answers[0]
    assert PAIR[1][best.start : best.end] == best.text
    offsets = result.offsets.tolist()
    first = next(n for n, (start, end) in enumerate(offsets) if start == best.start and start < end)
    last = max(n for n, (start, end) in enumerate(offsets) if end == best.end and start < end)
    none = float(output.start_logits[0, 0] + output.end_logits[0, 0])
    ratio = np.log(best.score) - np.log(result.no_answer_score)
    assert ratio == pytest.approx(spans[inside[first], inside[last]] - none, abs=1e-3)


@every_family
def test_classes(world: World, model_type: str) -> None:
    requests = [TextClassificationRequest(*PAIR), TextClassificationRequest(TEXTS[1])]
    results = world.run("text-classification", model_type, "sequence-classification", *requests)
    for texts, result in zip((PAIR, TEXTS[1:2]), results, strict=True):
        output, _ = world.plain(model_type, "sequence-classification", *texts)
        scores = {label.label: label.score for label in result.labels}
        expected = output.logits[0].softmax(-1)
        np.testing.assert_allclose(
            list(map(scores.get, ("entailment", "neutral", "contradiction"))), expected, atol=1e-4
        )


@every_family
def test_what_comes_says_what_it_is(world: World, model_type: str) -> None:
    source = "hub" if model_type in FETCHED else "local"
    for head in FAMILIES[model_type].heads:
        row = world.engine.catalog[f"tiny/{model_type}-{head}"]
        assert (row.head, row.source, row.context_length) == (head, source, 512)
        assert row.zero_shot == (head == "sequence-classification")


def test_what_was_fetched_is_there_after_a_restart(world: World) -> None:
    again = LocalEngine(Settings(dtype="float32", cache_folder=world.folder / "cache"), Catalog([]))
    assert [row.id for row in again.catalog] == sorted(
        f"tiny/{one}-{head}" for one in FETCHED for head in FAMILIES[one].heads
    )


def copied(row: Checkpoint, request: Request, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the code to copy prints when it finds the checkpoint on this machine."""
    code, fetched = snippet(row, request), row.source == "hub"
    place, revision = f"'{row.id if fetched else f'path/to/{row.name}'}'", f', revision="{row.revision}"'
    assert f"encoder = {place}" in code
    assert (revision in code) == fetched
    return run(code.replace(place, repr(row.location)).replace(revision, ""), monkeypatch)


@every_family
def test_the_code_to_copy_gives_the_same(world: World, model_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request, id = FillMaskRequest("Ada Lovelace met ___ in Lon___.", 20), f"tiny/{model_type}-masked-lm"
    (result,) = world.engine.run("fill-mask", id, [request])
    found = copied(world.engine.catalog[id], request, monkeypatch)["masks"]
    for mask, wanted in zip(found, result.masks, strict=True):
        assert [fill["text"] for fill in mask["fills"]] == [fill.text for fill in wanted.fills]
        scores = [fill["score"] for fill in mask["fills"]]
        assert scores == pytest.approx([fill.score for fill in wanted.fills], abs=1e-4)


@every_family
def test_the_code_of_every_word_gives_the_same(world: World, model_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request, id = PseudoLikelihoodRequest("The soups, Ada!", top_k=10), f"tiny/{model_type}-masked-lm"
    (result,) = world.engine.run("pseudo-likelihood", id, [request])
    found = copied(world.engine.catalog[id], request, monkeypatch)
    assert_same(found, TASKS["pseudo-likelihood"].format(result))


@every_family
def test_ends_of_words_are_left_out_or_joined(world: World, model_type: str) -> None:
    id = f"tiny/{model_type}-masked-lm"
    requests = [FillMaskRequest("Ada met ___ in ___.", 100), FillMaskRequest("Ada met___ in Rome.", 100)]
    apart, joined = world.engine.run("fill-mask", id, requests)
    for mask in apart.masks:
        assert mask.left_out
        assert not [fill for fill in mask.fills if fill.joined or fill.text.startswith("##") or fill.text[0].isspace()]
    assert not any(any(fill.joined) for fill in fill_jointly(world.engine, id, "Ada met ___ in ___.").fills)
    ends = [fill for fill in joined.masks[0].fills if fill.joined]
    assert ends
    assert all(fill.joined == 3 and fill.text.startswith("met") and len(fill.text) > 3 for fill in ends)
