"""Models of one domain come with examples of that domain."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from core.checkpoints.catalog import load_catalog
from core.checkpoints.known import Domain, KnownCheckpoint, known_checkpoints
from core.tasks import tasks_that_need
from core.text.spans import PLACEHOLDER
from pages.ui.inputs.examples import examples, of_domain, read
from pages.ui.inputs.forms import form_of, request_of
from tests.pages.reading import errors

Open = Callable[..., AppTest]

OF_A_DOMAIN = [row for row in known_checkpoints().values() if row.domain]
ALL = [
    (domain, task, example)
    for domain, tasks in read("domain_examples.toml").items()
    for task in tasks
    for example in of_domain(domain, task)
]


@pytest.fixture
def legal() -> Iterator[str]:
    """A model of the law, in the catalogue for this test as if it had been fetched."""
    known = next(row for row in OF_A_DOMAIN if row.domain == "law")
    load_catalog().add(replace(load_catalog()["minilm-fill-mask"], id=known.id, name=known.name))
    yield known.id
    load_catalog().remove(known.id)


def test_every_domain_has_a_model_and_examples() -> None:
    assert {row.domain for row in OF_A_DOMAIN} == set(get_args(Domain)) == set(read("domain_examples.toml"))


@pytest.mark.parametrize("row", OF_A_DOMAIN, ids=lambda row: row.id)
def test_there_are_two_or_three_examples_for_whatever_its_head_can_do(row: KnownCheckpoint) -> None:
    of_head = [task for task in tasks_that_need(row.head) if task != "logit-lens"]  # which looks into the model
    for task in (*of_head, "sentence-similarity", "attention"):
        found = of_domain(row.domain, task)
        assert 2 <= len(found) <= 3
        names = [example["name"] for example in (*found, *examples(task))]
        assert len(set(names)) == len(names)
    if row.example:
        assert row.example == of_domain(row.domain, tasks_that_need(row.head)[0])[0]["text"]


@pytest.mark.parametrize(("domain", "task", "example"), ALL)
def test_an_example_is_a_whole_request(domain: str, task: str, example: dict[str, str]) -> None:
    labels = form_of(task).labels
    assert set(example) <= {"name", *labels}
    request = request_of(task, {name: example.get(name, "") for name in labels}, {})
    text = getattr(request, "text", "") or request.text_a
    assert text
    assert len(PLACEHOLDER.findall(text)) == (1 if task in ("fill-mask", "candidate-ranking") else 0)
    if task == "candidate-ranking":
        assert len(set(request.candidates)) >= 2


def test_they_stand_first_when_such_a_model_is_chosen(open_page: Open, legal: str) -> None:
    general = [example["name"] for example in examples("fill-mask")]
    names = [example["name"] for example in of_domain("law", "fill-mask")]
    app = open_page("fill_mask")
    assert app.pills(key="fill_example").options == general
    app = open_page("fill_mask", fill_checkpoints=[legal])
    pills = app.pills(key="fill_example")
    assert pills.options == [*names, *general]
    pills.set_value(names[1]).run()
    assert not errors(app)
    assert app.text_area(key="fill_text").value == of_domain("law", "fill-mask")[1]["text"]
    assert app.session_state["fill_checkpoints"] == [legal]
