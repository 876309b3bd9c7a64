"""Rows for files, as CSV and JSON."""

import numpy as np

from core.checkpoints.catalog import load_catalog
from core.files.rows import rows
from core.tasks.attention.schema import AttentionRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.next_sentence_prediction.schema import NextSentencePredictionRequest
from core.tasks.text_classification.schema import TextClassificationRequest
from pages.ui.app.replies import Reply
from pages.ui.figures import export
from tests.fake_engine import FakeEngine


def test_csv_runs_no_formula() -> None:
    assert export.csv([{"text": "=1+1", "score": -0.5}]) == "text,score\r\n'=1+1,-0.5\r\n"


def test_rows_of_fills_and_heads() -> None:
    fills, heads = FakeEngine(), FakeEngine()
    (fill, _) = rows(fills.run("fill-mask", "minilm-fill-mask", [FillMaskRequest("A ___")])[0])
    assert fill == {"start": 2, "end": 5, "text": "paris", "score": 0.75}
    assert len(rows(heads.run("attention", "minilm", [AttentionRequest("A b")])[0])) == 72


def test_a_pair_leaves_with_both_texts() -> None:
    asked = {
        "text-classification": TextClassificationRequest("It rains.", "The sun shines."),
        "next-sentence-prediction": NextSentencePredictionRequest("It rains.", "The sun shines."),
    }
    for task, request in asked.items():
        checkpoint = load_catalog().supporting(task)[0].id
        reply = Reply(checkpoint, tuple(FakeEngine().run(task, checkpoint, [request])))
        for row in export.result_rows(reply):
            assert (row["text"], row["text_pair"]) == ("It rains.", "The sun shines.")
        assert export.result_fields(reply)[0]["text_pair"] == "The sun shines."
    alone = Reply(
        "minilm-sentiment",
        tuple(FakeEngine().run("text-classification", "minilm-sentiment", [TextClassificationRequest("It rains.")])),
    )
    assert [*export.result_rows(alone)[0]] == ["label", "score"]


def test_pictures_say_what_text_they_are_of() -> None:
    asked = TextClassificationRequest("It rains.", "The sun shines.")
    results = tuple(FakeEngine().run("text-classification", "minilm-nli", [asked]))
    assert export.text_of(Reply("minilm-nli", results, requests=(asked,))) == "“It rains.”"
    assert export.text_of(Reply("minilm-nli", results)) == "“It rains.”"
    other = TextClassificationRequest("It snows.")
    assert not export.text_of(Reply("minilm-nli", results, requests=(asked, other)))


def test_json_takes_arrays() -> None:
    assert export.json_text({"a": np.array([0.5], dtype=np.float16)}).split() == ["{", '"a":', "[", "0.5", "]", "}"]
