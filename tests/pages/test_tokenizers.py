from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from tests.pages.reading import bodies, errors

Open = Callable[..., AppTest]


def test_pieces_stand_under_their_words_and_are_counted(open_page: Open) -> None:
    app = open_page("tokenizers", tokenizers_text="Two <b>words</b>")
    assert "&lt;b&gt;words&lt;/b&gt;" in bodies(app)
    assert "id 1,001, characters 4–16" in bodies(app)
    assert "[CLS] [SEP]" in bodies(app)


def test_ids_and_places(open_page: Open) -> None:
    app = open_page("tokenizers", tokenizers_view="IDs and positions", tokenizers_text="Two words")
    assert "4–9" in bodies(app)
    assert "begins" in bodies(app)
    assert "special" in bodies(app)


def test_the_vocabulary_is_searched(open_page: Open) -> None:
    app = open_page("tokenizers", tokenizers_view="Vocabulary", tokenizers_wanted="play")
    assert not errors(app)
    assert "2 tokens" in bodies(app)
    assert "plays" in bodies(app)
