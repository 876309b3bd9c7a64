"""Labels of pieces, and the loss where a corpus does not know MISC."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from recipes.corpora import TaggedSentence
from recipes.examples import IGNORED
from recipes.ner import LABELS, O_OR_MISC, join_neighbours, loss, piece_labels, words_of_pieces
from recipes.pretraining.text import train_tokenizer


def test_b_stands_on_the_first_piece_of_a_name_only():
    words = [None, 0, 0, 1, 2, 2, None]
    labels = list(piece_labels(words, ("B-person", "I-person", "O"), {"person": "PER"}, outside=0))
    names = ["-" if n == IGNORED else LABELS[n] for n in labels]
    assert names == ["-", "B-PER", "I-PER", "I-PER", "O", "O", "-"]


@pytest.mark.parametrize("kind", ["wordpiece", "bytes"])
def test_every_piece_knows_its_word(kind):
    words = ("Ouagadougou", "is", "far", ",", "isn't", "it", "?")
    tokenizer = train_tokenizer(kind, iter([["Is it far, or is it not far?"]]), vocabulary=300)
    encoding = tokenizer([" ".join(words)])
    found = words_of_pieces(encoding, words)
    assert (found[0], found[-1]) == (None, None)
    assert list(dict.fromkeys(found[1:-1])) == [*range(len(words))]


def test_o_or_misc_costs_nothing_where_the_model_is_sure_of_misc():
    logits = torch.full((1, 2, len(LABELS)), -20.0)
    logits[0, :, LABELS.index("B-MISC")] = 20.0
    model = lambda **_: SimpleNamespace(logits=logits)  # noqa: E731
    batch = {"input_ids": torch.ones(1, 2, dtype=torch.long)}
    unsure = loss(model, batch | {"labels": torch.tensor([[O_OR_MISC, IGNORED]])})
    strict = loss(model, batch | {"labels": torch.tensor([[LABELS.index("O"), IGNORED]])})
    assert unsure < 1e-3 < 30 < strict


def test_runs_of_neighbours_hold_every_word_once_and_in_order():
    sentences = [TaggedSentence((f"w{n}", "."), ("B-PER", "O")) for n in range(200)]
    runs = list(join_neighbours(sentences, np.random.default_rng(1)))
    assert [w for run in runs for w in run.words] == [w for s in sentences for w in s.words]
    assert [t for run in runs for t in run.tags] == [t for s in sentences for t in s.tags]
    assert {1, 2, 4, 12} <= {len(run.words) // 2 for run in runs}
