"""What tells the variants apart: which masks come back, what a batch asks for, where weights start, what is written."""

import pytest
import torch
from transformers import (
    AutoTokenizer,
    BertForMaskedLM,
    BertForNextSentencePrediction,
    BertForPreTraining,
    DistilBertForMaskedLM,
    ElectraForMaskedLM,
    ElectraForPreTraining,
    RobertaForMaskedLM,
)

from core.errors import ModelLoadError
from core.models.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM
from recipes.pretraining.bert import COPIES, MiniBert
from recipes.pretraining.deberta import MiniDeberta
from recipes.pretraining.distilbert import MiniDistilBert, student_of
from recipes.pretraining.electra import MiniElectra
from recipes.pretraining.roberta import MiniRoberta

LOADERS = [
    (MiniBert, {"mini-bert": (BertForPreTraining, BertForMaskedLM, BertForNextSentencePrediction)}),
    (MiniRoberta, {"mini-roberta": (RobertaForMaskedLM,)}),
    (MiniDistilBert, {"mini-distilbert": (DistilBertForMaskedLM,)}),
    (MiniElectra, {"mini-electra": (ElectraForPreTraining,), "mini-electra-generator": (ElectraForMaskedLM,)}),
    (MiniDeberta, {"mini-deberta": (DebertaV2ForEnhancedMaskedLM,)}),
]
TYPED = {"mini-bert", "mini-electra", "mini-electra-generator"}  # their tokenizers give segment ids


@pytest.fixture(scope="module")
def base(corpus, tmp_path_factory):
    """A folder with a mini-bert that has learnt nothing."""
    folder = tmp_path_factory.mktemp("models")
    small(MiniBert)(corpus).write(folder)
    return folder


def small(variant):
    """The variant with four windows a step."""
    return type(variant.__name__, (variant,), {"rows": 4})


def masks_by_window(variant, epochs):
    """The masked places of each window in each epoch: epoch -> window number -> places in the window."""
    steps = variant.windows.count // variant.rows
    found = [{} for _ in range(epochs)]
    for step in (s for s in range(epochs * steps) if s % 10 != 9):
        batch = variant.batch(step)
        for row, number in enumerate(variant.order.numbers(step)):
            places = batch["places"][batch["places"] // 128 == row] % 128
            found[step // steps][int(number)] = (places.tolist(), batch["input_ids"][row].tolist())
    return found


def test_static_masks_come_back_after_ten_copies_and_dynamic_ones_do_not(corpus):
    first, second, *_, again = masks_by_window(small(MiniBert)(corpus), COPIES + 1)
    both = first.keys() & again.keys()
    assert len(both) > 20
    assert all(first[n] == again[n] for n in both)
    assert all(first[n] != second[n] for n in first.keys() & second.keys())
    first, second = masks_by_window(small(MiniDeberta)(corpus), 2)
    assert all(first[n] != second[n] for n in first.keys() & second.keys())


def test_labels_of_next_sentences_are_those_of_the_windows(corpus):
    variant = small(MiniBert)(corpus)
    batches = [variant.batch(step) for step in range(9)]
    labels = torch.cat([batch["elsewhere"] for batch in batches])
    assert 0.2 < labels.float().mean() < 0.8
    assert all(
        batch["token_type_ids"][:, 0].eq(0).all() and batch["token_type_ids"][:, -1].eq(1).all() for batch in batches
    )
    assert "elsewhere" not in variant.batch(9)


@pytest.mark.parametrize("variant", [MiniBert, MiniDeberta, MiniElectra])
def test_a_batch_depends_on_seed_and_step_alone(corpus, variant):
    one, other = small(variant)(corpus), small(variant)(corpus)
    one.batch(3)
    assert all(torch.equal(one.batch(n)[name], other.batch(n)[name]) for n in (5, 9) for name in one.batch(n))
    assert not torch.equal(one.batch(5)["input_ids"], small(variant)(corpus, seed=14).batch(5)["input_ids"])


def test_a_student_starts_as_every_second_layer_of_its_teacher(base):
    teacher = BertForMaskedLM.from_pretrained(base / "mini-bert").eval()
    student = student_of(teacher).eval()
    assert student.config.n_layers == 2
    del teacher.bert.encoder.layer[3], teacher.bert.encoder.layer[1]
    ids = torch.tensor([[2, 8, 9, 10, 3]])
    torch.testing.assert_close(student(ids).logits, teacher(ids).logits, atol=1e-4, rtol=1e-4)


def test_a_student_needs_its_teacher(corpus, tmp_path):
    with pytest.raises(ModelLoadError, match="mini-bert"):
        MiniDistilBert(corpus, base=tmp_path)


def test_generator_and_discriminator_share_their_embeddings(corpus):
    variant = small(MiniElectra)(corpus)
    assert variant.generator.electra.embeddings is variant.discriminator.electra.embeddings
    assert variant.generator.generator_lm_head.weight is variant.discriminator.electra.embeddings.word_embeddings.weight
    variant.loss(variant.batch(0)).backward()
    assert all(p.grad is not None for p in variant.network.parameters())


@pytest.mark.parametrize(("variant", "loaders"), LOADERS)
def test_what_is_written_loads_with_nothing_missing(request, base, tmp_path, variant, loaders):
    corpus = request.getfixturevalue("byte_corpus" if variant is MiniRoberta else "corpus")
    made = small(variant)(corpus, base=base)
    batch = made.batch(0)
    with torch.no_grad():
        expected = made.decode(made.hidden(batch))
    assert {folder.name for folder in made.write(tmp_path)} == set(loaders)
    for name, classes in loaders.items():
        for loader in classes:
            model, report = loader.from_pretrained(tmp_path / name, output_loading_info=True)
            assert not report["missing_keys"]
            assert model.dtype == torch.float32
        tokenizer = AutoTokenizer.from_pretrained(tmp_path / name)
        assert tokenizer.is_fast and tokenizer.model_max_length == 128
        assert ("token_type_ids" in tokenizer("The miller")) == (name in TYPED)
        assert (tmp_path / name / "model.safetensors").stat().st_size < 10_000_000
        if loader is not ElectraForPreTraining and loader is not BertForNextSentencePrediction:
            types = {k: v for k, v in batch.items() if k == "token_type_ids"}
            logits = model.eval()(input_ids=batch["input_ids"], **types).logits
            torch.testing.assert_close(logits, expected, atol=0.03, rtol=0.03)
