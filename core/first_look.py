"""One sentence read in five ways: what Home asks for while somebody types. Nothing of it is drawn here."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from core.checkpoints.catalog import Catalog
from core.engine import Engine
from core.errors import InputError
from core.paths import ROOT
from core.tasks.attention.schema import AttentionRequest, AttentionResult
from core.tasks.fill_mask.schema import Fill, FillMaskRequest
from core.tasks.text_classification.schema import LabelScore, TextClassificationRequest
from core.tasks.token_classification.schema import Entity, TokenClassificationRequest
from core.text.spans import GAP, PLACEHOLDER, WORD, Span
from core.vectors.baseline import embed, stack
from core.vectors.nearest import nearest

FILE = ROOT / "assets" / "first_look.toml"
MOST_CHARACTERS = 300  # of a sentence: longer texts belong on the pages
MOST_TOKENS = 24  # whose attention is drawn
MOST_FILLS = 4
MOST_NEIGHBOURS = 4


@dataclass(frozen=True)
class Opening:
    """What Home opens with: a sentence, others to find its nearest among, and the head (counted from 1) to draw."""

    sentence: str
    neighbours: tuple[str, ...]
    layer: int
    head: int


@cache
def opening() -> Opening:
    """The opening of assets/first_look.toml."""
    found = settings()
    return Opening(found["sentence"], tuple(found["neighbours"]), found["layer"], found["head"])


@cache
def short_words() -> frozenset[str]:
    """Words that say little, so that hiding one would show little."""
    return frozenset(settings()["short_words"].split())


def settings() -> dict[str, Any]:
    """What assets/first_look.toml says."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class HiddenWord:
    """asked[start:end] is the gap in the sentence, `word` what stood there (empty if the visitor left the gap)."""

    asked: str
    start: int
    end: int
    word: str
    fills: tuple[Fill, ...]
    checkpoint: str


@dataclass(frozen=True)
class Names:
    """The names in the sentence, in text order."""

    sentence: str
    entities: tuple[Entity, ...]
    checkpoint: str


@dataclass(frozen=True)
class Sentiment:
    """The classes of the sentence, most probable first."""

    labels: tuple[LabelScore, ...]
    checkpoint: str


@dataclass(frozen=True)
class Neighbour:
    """A sentence of ours and its cosine with the visitor's."""

    text: str
    similarity: float


@dataclass(frozen=True)
class Neighbours:
    """The nearest of our sentences, best first."""

    hits: tuple[Neighbour, ...]
    checkpoint: str


@dataclass(frozen=True)
class HeadLinks:
    """One head's attention among the first tokens of the sentence: `weights` by query, then key. What goes to special
    tokens, or to those beyond, is left out, so that rows do not sum to one; `more` counts the tokens beyond."""

    tokens: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]
    more: int
    layer: int
    head: int
    checkpoint: str

    @property
    def strongest(self) -> tuple[int, int] | None:
        """Query and key of the heaviest link between two different words; None where there is none."""
        words = [WORD.search(token) is not None for token in self.tokens]
        pairs = [(q, k) for q in range(len(words)) for k in range(len(words)) if q != k and words[q] and words[k]]
        return max(pairs, key=lambda pair: self.weights[pair[0]][pair[1]], default=None)


@dataclass(frozen=True)
class FirstLook:
    """All five."""

    hidden: HiddenWord
    names: Names
    sentiment: Sentiment
    neighbours: Neighbours
    links: HeadLinks

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """Who answered, each once."""
        return tuple(dict.fromkeys(answer.checkpoint for answer in vars(self).values()))


def first_look(engine: Engine, catalog: Catalog, sentence: str) -> FirstLook:
    """The sentence read in all five ways."""
    return FirstLook(**{name: ask(engine, catalog, sentence) for name, ask in READINGS.items()})


def check(sentence: str) -> None:
    """Raises InputError for what is no sentence to read here."""
    if not sentence.strip():
        raise InputError("There is nothing to read yet.", "Type a sentence.")
    if len(sentence) > MOST_CHARACTERS:
        message = f"The text has {len(sentence):,} characters; this box takes up to {MOST_CHARACTERS}."
        raise InputError(message, "Type one sentence.")


def word_to_hide(sentence: str) -> Span:
    """The last word that says something, or the last of all; InputError if there is no word."""
    words = [match.span() for match in WORD.finditer(sentence)]
    if not words:
        raise InputError("There is no word to hide.", "Type a sentence with a few words.")
    telling = [span for span in words if span[1] - span[0] > 2 and sentence[slice(*span)].lower() not in short_words()]
    return (telling or words)[-1]


def with_gap(sentence: str) -> str:
    """The sentence with one word hidden, or as it is if the visitor left a gap."""
    if PLACEHOLDER.search(sentence):
        return sentence
    start, end = word_to_hide(sentence)
    return sentence[:start] + GAP + sentence[end:]


def ask_hidden(engine: Engine, catalog: Catalog, sentence: str) -> HiddenWord:
    """What is expected in the place of the hidden word."""
    asked = with_gap(sentence)
    word = "" if asked == sentence else sentence[slice(*word_to_hide(sentence))]
    result, checkpoint = run(engine, catalog, "fill-mask", FillMaskRequest(asked, top_k=MOST_FILLS))
    first = result.masks[0]
    return HiddenWord(asked, first.start, first.end, word, first.fills, checkpoint)


def ask_names(engine: Engine, catalog: Catalog, sentence: str) -> Names:
    """The names."""
    result, checkpoint = run(engine, catalog, "token-classification", TokenClassificationRequest(sentence))
    return Names(sentence, result.entities, checkpoint)


def ask_sentiment(engine: Engine, catalog: Catalog, sentence: str) -> Sentiment:
    """Praise or complaint."""
    result, checkpoint = run(engine, catalog, "text-classification", TextClassificationRequest(sentence))
    return Sentiment(result.labels, checkpoint)


def ask_neighbours(engine: Engine, catalog: Catalog, sentence: str) -> Neighbours:
    """The nearest of our sentences; one batch for all."""
    texts = opening().neighbours
    checkpoint = catalog.supporting("feature-extraction")[0].id
    vectors = stack(embed(engine, checkpoint, [sentence, *texts]))
    hits = nearest(vectors[1:], vectors[0], MOST_NEIGHBOURS)
    return Neighbours(tuple(Neighbour(texts[hit.place], hit.similarity) for hit in hits), checkpoint)


def ask_links(engine: Engine, catalog: Catalog, sentence: str) -> HeadLinks:
    """The attention of one head."""
    first = opening()
    request = AttentionRequest(sentence, layer=first.layer, head=first.head)
    result, checkpoint = run(engine, catalog, "attention", request)
    return links(result, sentence, checkpoint)


def links(result: AttentionResult, sentence: str, checkpoint: str) -> HeadLinks:
    """The head that Home draws, among the first tokens."""
    own = [n for n, (start, end) in enumerate(result.offsets) if start < end]  # no special tokens
    places = own[:MOST_TOKENS]
    tokens = tuple(token(result.labels[n], sentence[slice(*result.offsets[n])]) for n in places)
    weights = result.attentions[0, 0][np.ix_(places, places)].astype(float)
    left_out, first = len(own) - len(places), opening()
    return HeadLinks(tokens, tuple(map(tuple, weights.tolist())), left_out, first.layer, first.head, checkpoint)


def token(label: str, text: str) -> str:
    """A token as it was typed, `##` before one that continues a word."""
    return f"##{text}" if label.startswith("##") else text


def run(engine: Engine, catalog: Catalog, task: str, request: Any) -> tuple[Any, str]:
    """The answer of the first checkpoint for a task, the one that its page opens with, and which that is."""
    checkpoint = catalog.supporting(task)[0].id
    (result,) = engine.run(task, checkpoint, [request])
    return result, checkpoint


READINGS: dict[str, Callable[[Engine, Catalog, str], Any]] = {
    "hidden": ask_hidden,
    "names": ask_names,
    "sentiment": ask_sentiment,
    "neighbours": ask_neighbours,
    "links": ask_links,
}
