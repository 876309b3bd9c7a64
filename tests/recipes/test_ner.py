"""Runs of neighbouring sentences, and the loss where a corpus does not know MISC."""

from types import SimpleNamespace

import numpy as np
import torch

from core.training.examples import IGNORED
from recipes.corpora import TaggedSentence
from recipes.ner import LABELS, O_OR_MISC, join_neighbours, loss


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
