"""zero-shot-classification against the pipeline of transformers."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from peft import PeftModel
from transformers import pipeline

from core.errors import InputError
from core.runtime.local import LocalEngine
from core.tasks.text_classification.schema import TextClassificationResult
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest

LABELS = ("sport", "cooking", "politics")
TEXTS = ["The team won the cup after extra time.", "Stir the sauce until it thickens."]
Reference = Callable[..., tuple[Any, Any]]


def ask(engine: LocalEngine, checkpoint: str, *requests: ZeroShotClassificationRequest) -> list[dict[str, float]]:
    results = engine.run("zero-shot-classification", checkpoint, requests)
    return [
        {label.label: label.score for label in r.labels} for r in results if isinstance(r, TextClassificationResult)
    ]


@pytest.mark.parametrize("multi_label", [False, True])
@pytest.mark.parametrize("checkpoint", ["minilm-nli", "tiny_sequence_classification"])
def test_scores_are_those_of_the_pipeline(
    checkpoint: str, multi_label: bool, float32_engine: LocalEngine, tiny_engine: LocalEngine, reference: Reference
) -> None:
    engine = tiny_engine if checkpoint.startswith("tiny") else float32_engine
    model, tokenizer = reference(engine.catalog[checkpoint])
    if isinstance(model, PeftModel):
        model = copy.deepcopy(model).merge_and_unload()
    plain = pipeline("zero-shot-classification", model=model, tokenizer=tokenizer, device="cpu")
    template = "This text is about {}."
    for text in TEXTS:
        wanted = plain(text, list(LABELS), hypothesis_template=template, multi_label=multi_label)
        request = ZeroShotClassificationRequest(text, LABELS, template, multi_label)
        (got,) = ask(engine, checkpoint, request)
        assert list(got) == wanted["labels"]
        assert list(got.values()) == pytest.approx(wanted["scores"], abs=1e-4)


def test_labels_fit(engine: LocalEngine) -> None:
    requests = [ZeroShotClassificationRequest(text, LABELS) for text in TEXTS]
    assert [next(iter(found)) for found in ask(engine, "minilm-nli", *requests)] == ["sport", "cooking"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"candidate_labels": ()}, "There are 0 labels"),
        ({"candidate_labels": tuple(map(str, range(51)))}, "There are 51 labels"),
        ({"candidate_labels": ("sport", " ")}, "empty"),
        ({"candidate_labels": ("sport", "sport")}, "twice"),
        ({"hypothesis_template": "About it."}, "no place for the label"),
        ({"hypothesis_template": "About {} \ud83d."}, "surrogate"),
        ({"hypothesis_template": "About {} " + "a" * 200_000}, "200,0"),
    ],
)
def test_bad_labels_and_templates_are_told(tiny_engine: LocalEngine, fields: dict[str, Any], sentence: str) -> None:
    request = ZeroShotClassificationRequest(**{"text": "a", "candidate_labels": LABELS} | fields)
    with pytest.raises(InputError, match=sentence):
        ask(tiny_engine, "tiny_sequence_classification", request)
