"""Tags of words as labels of pieces, and the loss of those that have one."""

from types import SimpleNamespace

import pytest
import torch
from transformers import AutoTokenizer

from core.checkpoints.catalog import MODELS
from core.training.examples import IGNORED
from core.training.objectives.tags import piece_labels, tag_loss, words_of_pieces

LABELS = ("O", "B-PER", "I-PER")


def test_b_stands_on_the_first_piece_of_a_name_only():
    words = [None, 0, 0, 1, 2, 2, None]
    labels = list(piece_labels(words, ("B-person", "I-person", "O"), {"person": "PER"}, LABELS, outside=0))
    names = ["-" if n == IGNORED else LABELS[n] for n in labels]
    assert names == ["-", "B-PER", "I-PER", "I-PER", "O", "O", "-"]


@pytest.mark.parametrize("base", ["mini-bert", "mini-roberta"])
def test_every_piece_knows_its_word(base: str):
    words = ("Ouagadougou", "is", "far", ",", "isn't", "it", "?")
    encoding = AutoTokenizer.from_pretrained(MODELS / base)([" ".join(words)])
    found = words_of_pieces(encoding, words)
    assert len(found) > len(words) + 2
    assert (found[0], found[-1]) == (None, None)
    assert list(dict.fromkeys(found[1:-1])) == [*range(len(words))]


def test_pieces_without_a_label_cost_nothing():
    logits = torch.tensor([[[9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 0.0]]])
    model = lambda **_: SimpleNamespace(logits=logits)  # noqa: E731
    batch = {"input_ids": torch.ones(1, 3)}
    assert tag_loss(model, batch | {"labels": torch.tensor([[0, 1, IGNORED]])}) < 1e-3
    assert tag_loss(model, batch | {"labels": torch.tensor([[1, 1, IGNORED]])}) > 4
    assert tag_loss(model, batch | {"labels": torch.tensor([[3, 1, IGNORED]])}, either=(0, 2)) < 1e-3
