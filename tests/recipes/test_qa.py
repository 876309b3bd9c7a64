"""Training windows hold the answer, or point to [CLS]."""

import numpy as np
import pytest

from core.models.tokenizer import Tokenizer
from core.training.examples import room
from recipes.bases import load_tokenizer
from recipes.qa import ANSWERABLE, CLS, LONGEST, encode, fitting_bias

CONTEXT = "Rain fell for days. " * 60 + "The bridge at Kolm was closed in 1931. " + "Nobody knew why. " * 60
BASES = ("minilm", "mini-bert", "mini-roberta", "mini-deberta", "mini-distilbert", "mini-electra")


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("answer", ["1931", "The bridge at Kolm", "Rain fell", "knew why"])
@pytest.mark.parametrize("seed", range(3))
def test_the_answer_is_inside_its_window(base: str, answer: str, seed: int):
    plain = load_tokenizer(base)
    tokenizer = Tokenizer(plain, room(plain, LONGEST))
    question, context = tokenizer.pieces("When was it closed?"), tokenizer.pieces(CONTEXT)
    row = {"is_impossible": False, "answers": {"text": [answer], "answer_start": [CONTEXT.index(answer)]}}
    example = encode(row, question, context, np.random.default_rng(seed), tokenizer)
    start, end = example.labels
    assert plain.decode(example.ids[start : end + 1]).strip().lower() == answer.lower()
    assert len(example.ids) == min(LONGEST, plain.model_max_length)
    if tokenizer.uses_type_ids:
        assert example.type_ids[start] == 1
    else:
        assert example.type_ids == ()


def test_no_answer_points_to_cls():
    tokenizer = Tokenizer(load_tokenizer(), LONGEST)
    row = {"is_impossible": True, "answers": {"text": [], "answer_start": []}}
    rng = np.random.default_rng(0)
    example = encode(row, tokenizer.pieces("who"), tokenizer.pieces(CONTEXT), rng, tokenizer)
    assert example.labels == (CLS, CLS)


def test_a_question_that_fills_the_window_is_cut():
    tokenizer = Tokenizer(load_tokenizer(), 128)
    row = {"is_impossible": False, "answers": {"text": ["1931"], "answer_start": [CONTEXT.index("1931")]}}
    question = tokenizer.pieces("when " * 300)
    example = encode(row, question, tokenizer.pieces(CONTEXT), np.random.default_rng(0), tokenizer)
    start, end = example.labels
    assert len(example.ids) == 128 and CLS < start <= end < 127


def test_the_bias_says_no_answer_as_often_as_there_is_none():
    rng = np.random.default_rng(0)
    answerable = rng.random(6000) < 0.4
    margins = rng.normal(size=6000) + answerable  # they overlap: the bias that errs least says “no answer” less often
    said = margins <= fitting_bias(margins, answerable)
    often = ANSWERABLE * said[answerable].mean() + (1 - ANSWERABLE) * said[~answerable].mean()
    assert often == pytest.approx(1 - ANSWERABLE, abs=0.001)
