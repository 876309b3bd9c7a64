"""minilm-ner: persons, places, organisations and other names, from web, newswire, encyclopedia and tweet sentences."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from transformers import BertForTokenClassification, PreTrainedTokenizerBase

from core.training.examples import Example, Sequences, room, segments
from core.training.objectives.tags import piece_labels, tag_loss, words_of_pieces
from recipes.corpora import TaggedSentence, read_conll
from recipes.recipe import Recipe

WEB, TWEETS, NOISY, WIKI, DOMAINS = FILES = (
    "ner/uner_ewt_train.conll.xz",
    "ner/btc_train.conll.xz",
    "ner/wnut17_train.conll.xz",
    "ner/wikigold_train.conll.xz",
    "ner/crossner_train.conll.xz",
)
KINDS = ("PER", "LOC", "ORG", "MISC")
LABELS = ("O", *(f"{prefix}-{kind}" for kind in KINDS for prefix in "BI"))
O_OR_MISC = len(LABELS)  # a corpus without MISC: what it calls O may be one
LONGEST = 400  # tokens
RUNS = (1, 1, 1, 1, 2, 4, 12)  # neighbouring sentences that make an example, one of these at random
WEB_WEIGHT = 3  # times that the web sentences are read an epoch


def read_names(data: Path, tokenizer: PreTrainedTokenizerBase) -> Sequences:
    """All corpora with their tags mapped to four kinds."""
    maps = json.loads((data / "ner/label_map.json").read_text())
    corpora = [(read_conll(data / WEB, column=2), {kind: kind for kind in KINDS}, "O")] * WEB_WEIGHT
    corpora += [
        (read_conll(data / TWEETS), maps["btc"], "O or MISC"),
        (read_conll(data / NOISY), maps["wnut17"], "O"),
        (read_conll(data / WIKI), maps["wikigold"], "O"),
        (read_conll(data / DOMAINS), maps["crossner"], "O"),
    ]
    rng = np.random.default_rng(5)
    return Sequences(
        [
            encode(run, kinds, outside, tokenizer)
            for sentences, kinds, outside in corpora
            for run in join_neighbours(sentences, rng)
        ]
    )


def join_neighbours(sentences: Sequence[TaggedSentence], rng: np.random.Generator) -> Iterator[TaggedSentence]:
    """All sentences, most alone, others in runs, so that names are learnt at any position of a long text."""
    start = 0
    while start < len(sentences):
        run = sentences[start : start + int(rng.choice(RUNS))]
        start += len(run)
        yield TaggedSentence(tuple(w for s in run for w in s.words), tuple(t for s in run for t in s.tags))


def encode(
    sentence: TaggedSentence, kinds: dict[str, str], outside: str, tokenizer: PreTrainedTokenizerBase
) -> Example:
    """Pieces of the words with a label each: B- on the first piece of a name, I- on all the others."""
    encoding = tokenizer([" ".join(sentence.words)], truncation=True, max_length=room(tokenizer, LONGEST))
    words = words_of_pieces(encoding, sentence.words)
    labels = list(piece_labels(words, sentence.tags, kinds, LABELS, O_OR_MISC if outside == "O or MISC" else 0))
    return Example(encoding["input_ids"][0], segments(encoding)[0], labels)


loss = partial(tag_loss, either=[LABELS.index(name) for name in ("O", "B-MISC", "I-MISC")])

RECIPE = Recipe(
    name="minilm-ner",
    model_class=BertForTokenClassification,
    examples=read_names,
    loss=loss,
    files=FILES,
    steps=1800,
    batch_tokens=2048,
    learning_rate=1e-3,
    rank=48,
    heads=("classifier",),
    labels=LABELS,
    history="These weights were trained for 1,000 steps at 6e-4 decaying to zero, resumed with the settings above to "
    "step 1,800, again decaying to zero, and resumed once more with seed 14 to step 2,700.",
    limits="English only. The encoder lower-cases its input, so “Turkey” and “turkey” are the same word. MISC is the "
    "least reliable label.",
)
