"""minilm-fill-mask: what it reads, how a batch is divided, and that a resumed run ends like an uninterrupted one."""

import json
import lzma
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from recipes.bases import base_folder, load_tokenizer
from recipes.pretraining import text
from recipes.pretraining.loop import pretrain
from recipes.pretraining.minilm import EVERYDAY, MiniLmFillMask, start
from recipes.pretraining.text import DEV_FILES, encode
from recipes.pretraining.variant import SHAPE, WINDOW, TokenisedCorpus, load_corpus


class Small(MiniLmFillMask):
    """On a network of one layer."""

    rows = 4
    point_every = 4

    def build(self):
        self.model = BertForMaskedLM(BertConfig(**SHAPE | {"hidden_size": 32, "num_hidden_layers": 1}))
        return self.model


@pytest.fixture(scope="module")
def words(documents) -> TokenisedCorpus:
    """The invented documents in MiniLM's pieces."""
    tokenizer = load_tokenizer()
    return TokenisedCorpus(tokenizer, encode(iter(documents), tokenizer), encode(iter(documents[:4]), tokenizer))


@pytest.fixture
def library(tmp_path) -> Path:
    """Every file with one document of sixty sentences of its own."""
    for number, file in enumerate((*dict.fromkeys(MiniLmFillMask.files), *DEV_FILES)):
        sentence = f"Number {number} is a sentence."
        path = tmp_path / "data" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        line = " ".join([sentence] * 60)
        lines = {".jsonl": json.dumps({"premise": line}), ".conllu": f"# text = {line}"}
        with lzma.open(path, "wt", encoding="utf-8") as out:
            out.write(lines.get(path.suffixes[0], line) + "\n")
    return tmp_path


def test_everyday_language_is_read_eight_times_as_often_and_novels_once(library, monkeypatch):
    monkeypatch.setattr(text, "ProcessPoolExecutor", lambda mp_context: ThreadPoolExecutor(1))
    corpus = load_corpus(MiniLmFillMask.tokenizer_kind, MiniLmFillMask.files, library / "data", library / "runs")
    read = corpus.tokenizer.decode(corpus.train.tokens)
    names = list(dict.fromkeys(MiniLmFillMask.files))
    shares = {name: read.count(f"number {n} is") / 60 for n, name in enumerate(names)}
    assert shares == {name: 8 if name in EVERYDAY else 1 for name in names}
    assert f"number {len(names)} is" not in read  # the held-out file


def test_the_parts_of_a_batch_hold_each_hidden_token_once_and_their_losses_add_up(words, monkeypatch):
    monkeypatch.setattr("recipes.pretraining.minilm.TOKENS_AT_ONCE", 130)
    variant = Small(words)
    batch = variant.batch(0)
    parts = list(variant.parts(batch))
    assert len(parts) == 4
    assert torch.equal(torch.cat([part["answers"] for part, _ in parts]), batch["answers"])
    hidden = torch.cat([part["input_ids"].flatten()[part["places"]] for part, _ in parts])
    assert torch.equal(hidden, batch["input_ids"].flatten()[batch["places"]])
    with torch.no_grad():
        whole, summed = variant.loss(batch), sum(share * variant.loss(part) for part, share in parts)
    torch.testing.assert_close(whole, summed, atol=1e-4, rtol=1e-4)


def test_a_word_of_the_window_costs_more_than_any_other_wrong_word(words, monkeypatch):
    variant = Small(words)
    vocabulary = words.tokenizer.get_vocab()
    rows = torch.tensor([[vocabulary[word] for word in ("[CLS]", "rain", "[MASK]", "rain", ".", "[SEP]")]])
    answer = torch.tensor([vocabulary["snow"]])

    def loss(guess: str) -> float:
        logits = torch.zeros(1, len(words.tokenizer))
        logits[0, vocabulary[guess]] = 8.0
        monkeypatch.setattr(variant, "decode", lambda hidden: hidden)
        batch = {"input_ids": rows, "places": torch.tensor([2]), "answers": answer}
        return float(variant.guess_loss(logits.expand(6, -1)[None], batch))

    assert loss("rain") > loss("wind") + 0.1
    assert loss(".") == pytest.approx(loss("wind"), abs=1e-3)  # signs may repeat
    assert loss("snow") < loss("wind")


def test_the_start_is_better_than_the_encoder_alone_and_trains_every_weight(words):
    variant = Small(words)
    batch = variant.batch(0)
    variant.model = start()
    assert variant.model.cls.predictions.decoder.weight is variant.model.bert.embeddings.word_embeddings.weight
    assert all(weight.requires_grad for weight in variant.model.parameters())
    with torch.no_grad():
        adapted = variant.loss(batch)
        variant.model = BertForMaskedLM.from_pretrained(base_folder("minilm"))
        assert adapted < variant.loss(batch) - 2


def test_it_starts_with_the_positions_of_a_window():
    model = start()
    assert model.config.max_position_embeddings == WINDOW
    ids = torch.full((1, WINDOW), 2000)
    assert model(ids).logits.shape == (1, WINDOW, model.config.vocab_size)
    with pytest.raises((IndexError, RuntimeError)):
        model(torch.full((1, WINDOW + 1), 2000))


def test_eight_steps_interrupted_and_resumed_have_the_same_losses(words, tmp_path):
    budget = {"tokens": 8 * 4 * 128}
    [whole] = pretrain(Small(words), **budget, runs=tmp_path / "one", out=tmp_path / "whole")
    interrupted = {"runs": tmp_path / "two", "out": tmp_path / "parts"}
    assert pretrain(Small(words), **budget, **interrupted, stop_after=3) == []
    [parts] = pretrain(Small(words), **budget, **interrupted)
    curves = [json.loads((folder / "curve.json").read_text()) for folder in (whole, parts)]
    losses = [[(point["step"], point["loss"], point["masked_accuracy"]) for point in curve] for curve in curves]
    assert losses[0] == losses[1]
    assert [step for step, *_ in losses[0]] == [4, 8]
    assert losses[0][1][1] < losses[0][0][1]
