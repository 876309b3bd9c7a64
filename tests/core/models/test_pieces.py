from dataclasses import asdict

import pytest
from transformers import AutoTokenizer

from core.checkpoints.catalog import Catalog
from core.errors import InputError
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.snippets.pieces import pieces_snippet
from core.text.pieces import word_pieces, word_spans
from tests.core.conftest import checkpoint_row
from tests.core.snippets.copied import ACCENTS, NASTY, run
from tests.families import FAMILIES, save_tiny

TEXT = "The  soup (hot!) tastes\tbetter on 😀 Sundays."


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    """An engine with a checkpoint of every family whose weights are not there."""
    root = tmp_path_factory.mktemp("tokenizers")
    rows = []
    for model_type in FAMILIES:
        folder = save_tiny(model_type, "encoder", root / model_type)
        (folder / "model.safetensors").unlink()
        rows.append(checkpoint_row(model_type, "encoder", source="local", location=str(folder)))
    return LocalEngine(Settings(dtype="float32", cache_folder=root / "cache"), Catalog(rows))


@pytest.mark.parametrize("model_type", FAMILIES)
def test_pieces_as_transformers_has_them(engine: LocalEngine, model_type: str) -> None:
    plain = AutoTokenizer.from_pretrained(engine.catalog[model_type].location)
    one = engine.tokenize(model_type, TEXT)
    assert [piece.id for piece in one.pieces] == plain(TEXT)["input_ids"]
    assert [piece.token for piece in one.pieces] == plain.convert_ids_to_tokens(plain(TEXT)["input_ids"])
    assert [piece.token for piece in one.pieces if piece.special] == [plain.cls_token, plain.sep_token]
    assert all(piece.unknown == (piece.id == plain.unk_token_id) for piece in one.own)
    assert one.vocabulary == len(plain)


@pytest.mark.parametrize("model_type", FAMILIES)
def test_every_piece_lies_under_its_word(engine: LocalEngine, model_type: str) -> None:
    one = engine.tokenize(model_type, TEXT)
    words = word_pieces(one)
    assert [TEXT[word.start : word.end] for word in words] == TEXT.split()
    assert [piece for word in words for piece in word.pieces] == list(one.own)
    assert all(piece.end <= word.end for word in words for piece in word.pieces)
    assert all(piece.start >= word.start for word in words for piece in word.pieces if piece.start < piece.end)


@pytest.mark.parametrize("text", [TEXT, NASTY, ACCENTS], ids=["plain", "nasty", "accents"])
@pytest.mark.parametrize("model_type", FAMILIES)
def test_the_code_to_copy_gives_the_same(
    engine: LocalEngine, model_type: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, one = engine.catalog[model_type], engine.tokenize(model_type, text)
    copied = run(pieces_snippet(row, text).replace(f"'path/to/{row.name}'", repr(row.location)), monkeypatch)
    assert copied["pieces"] == [asdict(piece) for piece in one.pieces]
    words = [[text[word.start : word.end], [piece.token for piece in word.pieces]] for word in word_pieces(one)]
    assert copied["words"] == words


@pytest.mark.parametrize("model_type", FAMILIES)
def test_whether_a_piece_continues_a_word_is_told_whatever_the_tokenizer(engine: LocalEngine, model_type: str) -> None:
    one = engine.tokenize(model_type, "The soups are tastier.")
    starts = [piece for piece in one.own if not piece.continues and piece.token not in ("▁", "Ġ")]
    assert [one.text[piece.start] for piece in starts] == ["T", "s", "a", "t", "."]


def test_words_are_what_stands_between_blanks() -> None:
    assert word_spans("  a  bb\na ") == [(2, 3), (5, 7), (8, 9)]
    assert word_spans(" ") == []


@pytest.mark.parametrize("model_type", ["bert", "roberta", "albert"])
def test_a_vocabulary_is_searched(engine: LocalEngine, model_type: str) -> None:
    count, found = engine.find_pieces(model_type, "TH")
    assert count >= len(found) > 0
    assert all("th" in token.lower() for token, _ in found)
    plain = AutoTokenizer.from_pretrained(engine.catalog[model_type].location)
    assert [plain.convert_tokens_to_ids(token) for token, _ in found] == [id for _, id in found]
    assert engine.find_pieces(model_type, "no such piece") == (0, [])


@pytest.mark.parametrize("text", ["", " ", "word " * 5000])
def test_what_cannot_be_shown(engine: LocalEngine, text: str) -> None:
    with pytest.raises(InputError):
        engine.tokenize("bert", text)
    with pytest.raises(InputError, match="part of a word"):
        engine.find_pieces("bert", "  ")
