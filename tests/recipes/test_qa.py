"""Training windows hold the answer, or point to [CLS]."""

import numpy as np
import pytest

from recipes.loop import load_tokenizer
from recipes.qa import CLS, ROOM, encode

CONTEXT = "Rain fell for days. " * 60 + "The bridge at Kolm was closed in 1931. " + "Nobody knew why. " * 60


@pytest.mark.parametrize("answer", ["1931", "The bridge at Kolm", "Rain fell", "knew why"])
@pytest.mark.parametrize("seed", range(4))
def test_the_answer_is_inside_its_window(answer: str, seed: int):
    tokenizer = load_tokenizer()
    context = tokenizer(CONTEXT, add_special_tokens=False, return_offsets_mapping=True)
    question = tokenizer("When was it closed?", add_special_tokens=False)["input_ids"]
    row = {"is_impossible": False, "answers": {"text": [answer], "answer_start": [CONTEXT.index(answer)]}}
    rng = np.random.default_rng(seed)
    example = encode(row, question, context["input_ids"], context["offset_mapping"], rng, tokenizer)
    start, end = example.labels
    assert tokenizer.decode(example.ids[start : end + 1]) == answer.lower()
    assert len(example.ids) == ROOM + 3
    assert example.type_ids[start] == 1


def test_no_answer_points_to_cls():
    tokenizer = load_tokenizer()
    context = tokenizer(CONTEXT, add_special_tokens=False, return_offsets_mapping=True)
    row = {"is_impossible": True, "answers": {"text": [], "answer_start": []}}
    rng = np.random.default_rng(0)
    example = encode(row, [2054], context["input_ids"], context["offset_mapping"], rng, tokenizer)
    assert example.labels == (CLS, CLS)
