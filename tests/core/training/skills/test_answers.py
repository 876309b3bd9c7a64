"""Answers are taught in the windows in which they are asked for, and what is written answers in plain transformers."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from core.checkpoints.catalog import load_catalog
from core.errors import InputError
from core.finetuning.gather import TrainingRow
from core.finetuning.plan import TrainingPlan
from core.models.loader import Loader
from core.models.tokenizer import Tokenizer
from core.training.finetune import FineTuning
from core.training.skills.answers import AnswerSkill

PLAN = TrainingPlan("question-answering", "mini-bert-qa", "head", epochs=1, watch=("Who? | Ada is here.",))
NAMES = ("Ada", "Ben", "Cleo", "Dora")


def rows(count: int) -> list[TrainingRow]:
    """Who lives where; every fifth question has no answer."""
    found = []
    for n in range(count):
        passage = f"In this house lives {NAMES[n % 4]}, and nobody else since {1900 + n}."
        answer = (NAMES[n % 4],) if n % 5 else ()
        starts = tuple(passage.index(one) for one in answer)
        found.append(TrainingRow(n, ("Who lives here?" if answer else "What does it cost?", passage), answer, starts))
    return found


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[FineTuning, Path]:
    """A training after its end, and its folder."""
    catalog = load_catalog()
    one = FineTuning(Loader(catalog), catalog["mini-bert-qa"], PLAN, rows(16), rows(6))
    for _ in one.run():
        pass
    folder = tmp_path_factory.mktemp("answers") / "model"
    one.finish(folder)
    return one, folder


def test_it_is_scored_as_squad_is_and_tells_of_watched_questions(trained: tuple[FineTuning, Path]) -> None:
    one, _ = trained
    marks = one.marks(range(6))
    assert len(marks.answers) == 6
    assert 0 <= marks.others["exact match"] <= marks.score <= 1
    assert one.start(resumed=False).classes == ()
    (watched,) = one.watched()
    assert watched.label in ("Ada", "no answer", "Ada is here", "here", "Ada is", "is here", "is")
    assert watched.probability is not None


def test_plain_transformers_finds_the_same_places(trained: tuple[FineTuning, Path]) -> None:
    one, folder = trained
    model, info = AutoModelForQuestionAnswering.from_pretrained(folder, output_loading_info=True)
    assert not info["missing_keys"]
    inputs = AutoTokenizer.from_pretrained(folder)(*rows(2)[1].texts, return_tensors="pt")
    with torch.no_grad():
        theirs, ours = model(**inputs), one.model(**inputs)
    torch.testing.assert_close(theirs.start_logits, ours.start_logits, atol=0.02, rtol=0.01)


@pytest.mark.parametrize("base", ["mini-bert", "mini-roberta"])
def test_a_long_passage_is_cut_and_only_windows_with_the_answer_point_to_it(base: str) -> None:
    ready, plain = Loader(load_catalog()).tokenizer(load_catalog()[base])
    skill = AnswerSkill(Tokenizer(plain, 128))
    passage = "Rain fell for days. " * 40 + "The bridge was closed in 1931. " + "Nobody knew why. " * 40
    row = TrainingRow(1, ("When was it closed?", passage), ("1931",), (passage.index("1931"),))
    examples = skill.examples([row, TrainingRow(2, row.texts), TrainingRow(3, ("when " * 300, passage))])
    pointed = [one for one in examples.sequences if one.labels != (0, 0)]
    assert len(examples.sequences) > 2 * len(pointed) > 0
    for one in pointed:
        start, end = one.labels
        assert plain.decode(one.ids[start : end + 1]).strip() == "1931"


def test_rows_of_which_none_can_be_read_are_refused() -> None:
    catalog = load_catalog()
    long = [TrainingRow(1, ("when " * 300, "It was in 1931."))]
    with pytest.raises(InputError, match="No row can be read"):
        FineTuning(Loader(catalog), catalog["mini-bert-qa"], PLAN, long, long)


def test_a_head_of_other_classes_gives_way(trained: tuple[FineTuning, Path]) -> None:
    catalog = load_catalog()
    row = catalog["mini-bert-nli"]
    one = FineTuning(Loader(catalog), row, replace(PLAN, checkpoint=row.id), rows(5), rows(2))
    assert one.model.config.num_labels == 2
