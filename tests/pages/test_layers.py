"""The page Layers: the lens with its words, layer by layer."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import TaskNotSupportedError
from core.inspect.geometry import texts_of
from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies, errors
from tests.working import job_of

Open = Callable[..., AppTest]
TWO_TEXTS = "The cat sat here.\nA dog ran."


def test_the_lens_says_from_which_layer_each_word_comes_first(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("layers", lens_text="Bread is made of ___.", lens_words="flour, stone")
    assert fake.calls[-1][2][0].words == ("flour", "stone")
    assert "“flour” comes first from layer 5 on, of 6" in bodies(app)
    assert "“stone” comes first from layer 5 on, of 6" in bodies(app)
    assert "Rank of “stone”" in bodies(app)


def test_without_a_gap_all_tokens_are_shown(open_page: Open) -> None:
    app = open_page("layers", lens_text="No gap here.")
    assert "The best word for every token, layer by layer" in bodies(app)
    assert "comes first" not in bodies(app)


def test_words_without_a_gap_are_told_that_there_is_none(open_page: Open) -> None:
    told = "There is no gap to follow words in."
    assert told in bodies(open_page("layers", lens_text="No gap here.", lens_words="flour"))
    assert told not in bodies(open_page("layers", lens_text="A ___.", lens_words="flour"))


def test_of_many_gaps_the_first_are_drawn(open_page: Open) -> None:
    body = bodies(open_page("layers", lens_text="A ___ " * 10))
    assert "Only the first 8 of 10 gaps are drawn." in body
    assert "Gap 8" in body
    assert "Gap 9" not in body


def test_checkpoints_stand_side_by_side(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("layers", lens_checkpoints=["minilm-fill-mask", "mini-bert", "mini-roberta"])
    assert [checkpoint for _, checkpoint, _ in fake.calls[-3:]] == ["minilm-fill-mask", "mini-bert", "mini-roberta"]
    assert bodies(app).count("The best word for every token, layer by layer") == 3


def test_geometry_is_measured_by_itself_and_kept(open_page: Open, fake: FakeEngine) -> None:
    texts = "The cat sat here.\nA cat ran.\nMy cat and my dog slept."
    app = open_page("layers", layers_view="Geometry", geometry_texts=texts, geometry_words="cat")
    assert not app.exception
    assert "How alike words are on each layer" in bodies(app)
    assert "with all dimensions" in bodies(app)
    assert "debiased linear CKA on 13 words" in bodies(app)
    asked = len(fake.calls)
    app.toggle(key="geometry_without").set_value(True).run()
    assert "without the three largest dimensions" in bodies(app)
    assert len(fake.calls) == asked


def test_a_word_that_is_not_in_the_texts_is_told(open_page: Open) -> None:
    app = open_page("layers", layers_view="Geometry", geometry_texts="One text.\nAnother one.", geometry_words="moon")
    assert "“moon” stands in no text." in errors(app)[0]


def test_probes_are_trained_as_a_job(open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.views.layers.probing.PROBED", 60)
    app = open_page("layers", layers_view="Probing", probe_properties=["pos", "depth"])
    assert "60 sentences of our own grammar are ready." in bodies(app)
    app.button(key="probe_go").click().run()
    results = job_of(app, "probe_job", fake).result
    assert [one.name for one in results] == ["pos", "depth"]
    app.run()
    assert not app.exception
    assert "label_words('pos', sentences(" in app.code[0].value
    assert "In BERT, Tenney et al. (2019) found this order" in bodies(app)
    assert "What part of speech is the word?" in bodies(app)


def test_checkpoints_are_probed_into_one_picture(
    open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.ui.views.layers.probing.PROBED", 60)
    both = ["minilm", "mini-bert"]
    app = open_page("layers", layers_view="Probing", probe_properties=["tense"], probe_checkpoints=both)
    app.button(key="probe_go").click().run()
    assert [one.checkpoint for one in job_of(app, "probe_job", fake).result] == both
    app.run()
    assert not app.exception
    assert bodies(app).count("in the order in which the layers learn it") == 2
    assert bodies(app).count("dotted: control task (random classes)") == 1


def test_nothing_to_probe_for_trains_nothing(open_page: Open) -> None:
    app = open_page("layers", layers_view="Probing", probe_properties=[])
    assert app.button(key="probe_go").disabled


def test_claims_are_tested_as_a_job(open_page: Open, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.inspect.claims.layers.PROBED", 60)
    monkeypatch.setattr("core.inspect.claims.layers.default_texts", lambda: texts_of(["The cat sat here."] * 9))
    app = open_page("layers", layers_view="Paper and playground")
    before = bodies(app)
    assert before.count('class="pg-claim"') == 6
    assert "pg-verdict" not in before
    assert 'href="https://arxiv.org/abs/1905.05950"' in before
    app.button(key="layers_claims_go").click().run()
    assert len(job_of(app, "layers_claims_job", fake).result) == 6
    app.run()
    assert not app.exception
    assert bodies(app).count("pg-verdict ") == 6


def test_neurons_are_found_by_themselves_and_one_is_shown(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("layers", layers_view="Neurons", neurons_texts=TWO_TEXTS, neurons_layer=2)
    assert {request.neurons for _, _, (request,) in fake.calls[-2:]} == {2}
    assert "The neurons in layer 2 with the largest activation" in bodies(app)
    assert "There is no neuron 1,265." in bodies(app), "the example is of a wider network"
    app.text_area(key="neurons_neuron").set_value("17").run()
    assert not app.exception
    assert "Neuron 17 in layer 2" in bodies(app)
    assert "fires at" in bodies(app)
    app.text_area(key="neurons_neuron").set_value("the best").run()
    assert "“the best” is not a number of a neuron." in errors(app)[0]


def test_neurons_of_several_models_stand_in_a_column_each(open_page: Open, fake: FakeEngine) -> None:
    both = ["minilm", "mini-bert"]
    fields = {"neurons_checkpoints": both, "neurons_texts": TWO_TEXTS, "neurons_layer": 2, "neurons_neuron": "17, 3"}
    app = open_page("layers", layers_view="Neurons", **fields)
    assert not app.exception
    assert not errors(app)
    assert "Neuron 17 in layer 2" in bodies(app)
    assert "Neuron 3 in layer 2" in bodies(app)
    assert bodies(app).count("The neurons in layer 2 with the largest activation") == 2
    assert 'data-act="1 ' in bodies(app)
    fake.broken["minilm"] = TaskNotSupportedError("“minilm” is an odd network.", "Choose another.")
    app.text_area(key="neurons_texts").set_value("Other words.").run()
    assert "odd network" in errors(app)[0]
    assert "Neuron 3 in layer 2" in bodies(app)
