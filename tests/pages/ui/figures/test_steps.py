"""The player of a forward pass: its words, what is sent of a choice, the file that holds it."""

from dataclasses import replace

import numpy as np
import pytest

from core.provenance import Provenance, Timing
from core.tasks.forward_pass.schema import ForwardPassRequest, ForwardPassResult
from pages.ui.figures.steps import PARTS, numbers_of_part, player, standalone_player, start_of, strongest
from pages.ui.figures.steps_words import family_note, file, steps_in_words
from tests.passed import passed

COST = Provenance("mini-bert", "1", "float32", "cpu", 4, Timing())
COLUMNS = np.arange(40)


def result(layer: int = 2, head: int = 1) -> ForwardPassResult:
    return passed(ForwardPassRequest("The ___ sat.", "", layer, head), COST)


def parts(one: ForwardPassResult) -> dict[str, bytes]:
    return {part: numbers_of_part(one, part, COLUMNS) for part in PARTS}


def test_a_choice_changes_the_parts_of_what_it_changes() -> None:
    one = result()
    assert parts(one) == parts(result())
    others = tuple(replace(step, values=step.values + step.of_head) for step in one.steps)
    changed = parts(replace(one, head=2, steps=others))
    assert [part for part in PARTS if changed[part] != parts(one)[part]] == ["head"]


def test_every_step_is_told_with_the_place_of_its_numbers() -> None:
    one, files = result(), parts(result())
    told = player(one, "key", COLUMNS, {})["steps"]
    assert [step["name"] for step in told] == ["pieces", *(step.name for step in one.steps), "answer"]
    for step in told[1:-1]:
        part, start, rows, columns = step["numbers"]
        found = np.frombuffer(files[part], "<f2")[start : start + rows * columns].reshape(rows, columns)
        np.testing.assert_allclose(found, one.step(step["name"]).values[:, :40], atol=2e-3)


@pytest.mark.parametrize("architecture", file()["families"])
@pytest.mark.parametrize("layer", [1, 3])
def test_the_words_have_the_numbers_of_the_network(architecture: str, layer: int) -> None:
    one = replace(result(layer), architecture=architecture, positions=(2, 3, 4, 5))
    words = steps_in_words(one, 40)
    names = {step["name"] for step in words}
    for step in words:
        assert all(step[part] for part in ("title", "says", "formula"))
        assert "{" not in step["title"] + step["says"] + step["formula"]
        assert set(step["takes"]) <= names
    assert family_note(one).endswith(".")
    said = {step["name"]: step["says"] for step in words}
    assert ("They are the embeddings." in said["state"]) == (layer == 1)
    assert ("That was the last layer." in said["output-norm"]) == (layer == 3)


def test_of_deberta_it_is_said_where_positions_come_in() -> None:
    one = replace(result(), architecture="deberta")
    assert "Positions are added to its embeddings" in family_note(one)
    relative = replace(one, steps=tuple(step for step in one.steps if step.name != "position"))
    assert "nothing of where in the text" in family_note(relative)
    decoded = replace(relative, steps=(*relative.steps, replace(one.step("last"), name="decoder")))
    assert "only at the very end" in family_note(decoded)


def test_without_a_head_there_is_no_answer() -> None:
    one = replace(result(), conclusion=None)
    assert [step["name"] for step in steps_in_words(one, 40)][-1] != "answer"
    assert player(one, "key", COLUMNS, {})["answer"] is None


def test_the_strongest_neurons_of_each_token_are_shown() -> None:
    values = np.zeros((3, 200), dtype=np.float32)
    values[0, 7], values[1, 199], values[2, :90] = 5, 0.1, 2
    found = strongest(values).tolist()
    assert len(found) == 96
    assert {7, 199} <= set(found)
    assert found == sorted(found)


def test_the_file_holds_the_player_and_no_markup_of_the_text() -> None:
    one = result()
    html = standalone_player(one, "key", COLUMNS, {})
    assert "mount({" in html
    assert "export default" not in html
    assert "<b>lyon" not in html
    assert "\\u003cb>lyon" in html


def test_the_player_tells_on_what_its_neurons_fire_elsewhere() -> None:
    found = player(result(), "key", COLUMNS, {}, {3: "“not” and “no”", 10**6: "“far”"})["elsewhere"]
    assert [n for n, text in enumerate(found) if text] == [3]
    assert (found[3], len(found)) == ("“not” and “no”", len(COLUMNS))


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("7.4", {"step": 7, "token": 4}),
        ("7.0", {"step": 7, "token": 0}),
        *((one, None) for one in ("", "0.4", "7", "a.b", "-1.2", "12345.1")),
    ],
)
def test_a_link_says_step_and_token(written: str, start: dict[str, int] | None) -> None:
    assert start_of(written) == start
    assert player(result(), "key", COLUMNS, {}, {}, start)["parameter"] == "steps_at_mini-bert"
