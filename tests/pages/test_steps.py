"""Step by step: layer and head are asked for, as far as each network reaches; an error stands in its own column."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.errors import TaskNotSupportedError
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors
from tests.working import job_of

Open = Callable[..., AppTest]


def asked(fake: FakeEngine) -> tuple[str, int, int]:
    task, checkpoint, (request,) = fake.calls[-1]
    assert task == "forward-pass"
    return checkpoint, request.layer, request.head


def test_layer_and_head_are_chosen_by_sliders(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("steps", steps_layer=2)
    assert asked(fake) == ("minilm-fill-mask", 2, 1)
    app.slider(key="steps_head").set_value(2).run()
    assert asked(fake) == ("minilm-fill-mask", 2, 2)
    assert not errors(app)
    assert "BERT adds three vectors per token" in bodies(app)


def test_a_layer_that_there_is_not_comes_down(open_page: Open, fake: FakeEngine) -> None:
    open_page("steps", steps_layer=11, steps_head=12)
    assert asked(fake) == ("minilm-fill-mask", 3, 2)


def test_a_network_of_other_steps_does_not_lose_the_others(open_page: Open, fake: FakeEngine) -> None:
    fake.broken["minilm"] = TaskNotSupportedError("“minilm” is an odd network.", "Choose another.")
    app = open_page("steps", steps_checkpoints=["minilm", "mini-bert"])
    assert "odd network" in errors(app)[0]
    assert asked(fake)[0] == "mini-bert"
    assert "BERT adds three vectors per token" in bodies(app)


def test_claims_are_tested_as_a_job(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("steps", steps_view="Paper and playground")
    app.button(key="steps_claims_go").click().run()
    found = job_of(app, "steps_claims_job", fake).result
    assert len(found) == 4
    assert {one.n for one in found} == {40}
    app.run()
    assert not app.exception
    assert bodies(app).count("pg-verdict ") == 4


def test_claims_are_tested_on_several_models(open_page: Open, fake: FakeEngine) -> None:
    both = ["minilm", "mini-bert"]
    app = open_page("steps", **{"steps_view": "Paper and playground", "steps_claims_forward-pass_checkpoints": both})
    app.button(key="steps_claims_go").click().run()
    assert [one.checkpoint for one in job_of(app, "steps_claims_job", fake).result] == [
        one for one in both for _ in "four"
    ]
    app.run()
    assert not app.exception
    assert bodies(app).count('<div class="pg-claim">') == 4
    assert bodies(app).count("pg-verdict ") == 8
    assert bodies(app).count("n = 40") == 8
    app.multiselect(key="steps_claims_forward-pass_checkpoints").set_value([]).run()
    assert app.button(key="steps_claims_go").disabled


def test_what_fires_the_neurons_in_other_texts_is_looked_for(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("steps", steps_layer=2)
    assert not [task for task, _, _ in fake.calls if task == "hidden-states"]
    app.toggle(key="steps_elsewhere").set_value(True).run()
    assert not app.exception
    assert {one.neurons for task, _, (one,) in fake.calls if task == "hidden-states"} == {2}
