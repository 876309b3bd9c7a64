"""Documents from files, tokenizers trained on them, and the tokens kept."""

import json
import lzma

import numpy as np
import pytest
from transformers import AutoTokenizer

from recipes.bases import load_tokenizer
from recipes.pretraining.text import encode, load_text, read_documents, train_tokenizer

TEXT = "Bronze Age\nIt was long. It came early.\nThen it ended.\n\nNo title here. Only text.\n"


def test_documents_are_paragraphs_without_titles(tmp_path):
    with lzma.open(tmp_path / "text.xz", "wt", encoding="utf-8") as file:
        file.write(TEXT)
    assert list(read_documents(tmp_path / "text.xz")) == [
        ["It was long. It came early.", "Then it ended."],
        ["No title here. Only text."],
    ]


def test_labelled_texts_are_a_document_each_of_them_once_and_pairs_apart(tmp_path):
    pairs = [{"premise": f"A man sits on chair {n}. ", "hypothesis": f"Chair {n} is taken."} for n in range(20)]
    others = [{"sentence1": "Birds fly.", "sentence2": "A bird flies."}, {"text": "it 's late . we leave ."}]
    with lzma.open(tmp_path / "texts.jsonl.xz", "wt", encoding="utf-8") as file:
        file.write("\n".join(map(json.dumps, [*pairs, *pairs, *others])))
    [texts] = read_documents(tmp_path / "texts.jsonl.xz")
    assert len(texts) == len(set(texts)) == 40 + 2 + 2
    assert {"Birds fly.", "A bird flies.", "Chair 7 is taken."} < set(texts)
    assert texts[texts.index("it 's late .") + 1] == "we leave ."
    beside = [f"A man sits on chair {n}." for n in range(20) if texts.index(f"Chair {n} is taken.") > 0]
    before = [texts[texts.index(f"Chair {n} is taken.") - 1] for n in range(20) if texts.index(f"Chair {n} is taken.")]
    assert sum(one == other for one, other in zip(beside, before, strict=True)) < 5


def test_sentences_of_conllu(tmp_path):
    with lzma.open(tmp_path / "trees.conllu.xz", "wt", encoding="utf-8") as file:
        file.write("# sent_id = 1\n# text = Rain fell.\n1\tRain\n\n# sent_id = 2\n# text = It stopped.\n1\tIt\n")
    assert list(read_documents(tmp_path / "trees.conllu.xz")) == [["Rain fell.", "It stopped."]]


def test_a_packaged_tokenizer_neither_pads_nor_cuts():
    tokenizer = load_tokenizer()
    tokenizer.backend_tokenizer.enable_padding()
    tokenizer.backend_tokenizer.enable_truncation(3)
    text = encode(iter([["One.", "There are six tokens here."]]), tokenizer)
    assert tokenizer.decode(text.tokens) == "one. there are six tokens here. [SEP]"


def test_tokens_say_where_sentences_and_documents_start(documents, tokenizer):
    text = encode(iter(documents), tokenizer)
    assert len(text.documents) == len(documents)
    assert all(text.tokens[text.end(n)] == tokenizer.sep_token_id for n in range(len(documents)))
    first = tokenizer.decode(text.tokens[text.sentences[0] : text.sentences[1]])
    assert first == documents[0][0].split(". ")[0].lower() + "."


def test_text_is_encoded_once(documents, tokenizer, tmp_path):
    with lzma.open(tmp_path / "text.xz", "wt", encoding="utf-8") as file:
        file.write("\n\n".join("\n".join(document) for document in documents[:3]))
    files = ["text.xz", "text.xz"]
    first = load_text(files, "train", tokenizer, tmp_path, tmp_path / "kept")
    (tmp_path / "text.xz").unlink()
    again = load_text(files, "train", tokenizer, tmp_path, tmp_path / "kept")
    assert again.tokens.dtype == np.uint16
    np.testing.assert_array_equal(first.tokens, again.tokens)
    whole = encode(iter(documents[:3] * 2), tokenizer)  # files follow one another as if they were one
    for field in ("tokens", "sentences", "documents"):
        np.testing.assert_array_equal(getattr(again, field), getattr(whole, field))


@pytest.mark.parametrize(("kind", "types"), [("wordpiece", [0, 0, 0, 0, 1, 1, 1]), ("bytes", None)])
def test_a_trained_tokenizer_loads_as_its_family_does(documents, tmp_path, kind, types):
    trained = train_tokenizer(kind, iter(documents), vocabulary=340)
    trained.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "%s"}' % ("bert" if types else "roberta"))
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    text = "The miller paints."
    assert loaded.is_fast
    assert loaded(text)["input_ids"] == trained(text)["input_ids"]
    assert sorted(loaded.all_special_ids) == list(range(5))
    encoded = loaded(text, return_offsets_mapping=True)
    assert all(text[s:e] == text[s:e].strip() for s, e in encoded["offset_mapping"])
    assert "".join(text[s:e] for s, e in encoded["offset_mapping"]) == "Themillerpaints."
    assert loaded.mask_token == ("[MASK]" if types else "<mask>")
    if types:
        assert loaded("The miller", "a violin")["token_type_ids"] == types
    else:
        assert "token_type_ids" not in encoded
        assert loaded.tokenize("paints <mask>.")[-2:] == [" <mask>", "."]  # the blank before it is part of it
