import random

import pytest

from core.text.masks import place_masks
from core.text.spans import PLACEHOLDER


def test_placeholders_of_every_family_become_the_tokenizers_mask() -> None:
    text = "a ___ b [MASK] c <mask>, ______."
    masked = place_masks(text, "<mask>")
    assert masked.text == "a <mask> b <mask> c <mask>, <mask>."
    assert [text[s:e] for s, e in masked.placeholders] == ["___", "[MASK]", "<mask>", "______"]
    assert [masked.text[s:e] for s, e in masked.masks] == ["<mask>"] * 4


@pytest.mark.parametrize("text", ["", "no gap", "a_b __ c", "[mask]", "[ MASK ]"])
def test_other_texts_have_no_placeholder(text: str) -> None:
    assert not PLACEHOLDER.search(text)
    assert place_masks(text, "[MASK]").text == text


@pytest.mark.parametrize("mask_token", ["[MASK]", "<mask>", "x"])
def test_positions_lead_back_to_the_text_as_typed(mask_token: str) -> None:
    chance = random.Random(1)
    for _ in range(300):
        text = " ".join(
            chance.choices(["___", "[MASK]", "<mask>", "_____", "cat", "🍕", "שלום", "."], k=chance.randint(0, 9))
        )
        masked = place_masks(text, mask_token)
        inside = {p for start, end in masked.masks for p in range(start, end)}
        for position, character in enumerate(masked.text):
            if position not in inside:
                assert text[masked.original(position)] == character
        for (start, end), (typed_start, typed_end) in zip(masked.masks, masked.placeholders, strict=True):
            assert masked.original(start) == typed_start
            assert masked.original(end) == typed_end
