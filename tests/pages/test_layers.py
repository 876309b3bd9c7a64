"""The page Layers: the lens with its words, layer by layer."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from tests.fake_engine import FakeEngine
from tests.pages.reading import bodies

Open = Callable[..., AppTest]


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


def test_checkpoints_stand_side_by_side(open_page: Open, fake: FakeEngine) -> None:
    app = open_page("layers", lens_checkpoints=["minilm-fill-mask", "mini-bert", "mini-roberta"])
    assert [checkpoint for _, checkpoint, _ in fake.calls[-3:]] == ["minilm-fill-mask", "mini-bert", "mini-roberta"]
    assert bodies(app).count("The best word for every token, layer by layer") == 3
