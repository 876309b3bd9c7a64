"""Windows of whole sentences, and what masking does to them."""

import numpy as np
import torch

from recipes.bases import load_tokenizer
from recipes.fill_mask import Windows, join_sentences


def test_neighbouring_sentences_are_joined_up_to_the_window():
    windows = list(join_sentences([[1] * 30, [2] * 30, [3] * 30, [4] * 3, [5] * 62, [6] * 2]))
    assert windows == [[1] * 30 + [2] * 30, [3] * 30 + [4] * 3, [5] * 62]


def test_masking_keeps_the_answer_as_label_and_spares_special_tokens():
    tokenizer = load_tokenizer()
    ids = tokenizer("Copper and tin make bronze. It was worked in many early towns.")["input_ids"]
    windows = Windows(np.array(ids * 200, dtype=np.uint16), np.full(200, len(ids)), tokenizer)
    batch = windows.collate(np.arange(200), np.random.default_rng(1))
    original = np.tile(ids, (200, 1))
    chosen = torch.zeros(original.shape, dtype=torch.bool)
    chosen.view(-1)[batch["places"]] = True
    assert (batch["answers"].numpy() == original[chosen.numpy()]).all()
    assert (batch["input_ids"][~chosen].numpy() == original[~chosen.numpy()]).all()
    assert not chosen[:, 0].any() and not chosen[:, -1].any()
    masked = (batch["input_ids"][chosen] == tokenizer.mask_token_id).float().mean()
    assert 0.85 < masked < 0.95
    assert 0.18 < chosen[:, 1:-1].float().mean() < 0.27
