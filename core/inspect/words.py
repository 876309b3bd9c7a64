"""The vector of every word of many sentences on every layer, the same words whatever pieces a checkpoint cuts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.errors import InputError, PlaygroundError
from core.tasks.hidden_states.schema import HiddenStatesRequest, HiddenStatesResult
from core.text.spans import WORD, Span

MOST_WORDS = 12_000  # 130 MB for 7 layers of 384 numbers
Counted = Callable[[int], None]  # told after each sentence how many are done


@dataclass(frozen=True)
class SpannedText:
    """A text and where the words stand whose vectors are wanted."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class WordStates:
    """`states`: float32, (layers + 1, words, hidden), embeddings first. Word n is number `words[n]` of text
    `texts[n]`; words behind the context length are missing."""

    states: NDArray[np.float32]
    texts: NDArray[np.int64]
    words: NDArray[np.int64]


def with_words(text: str) -> SpannedText:
    """A plain text with its words as a reader sees them."""
    return SpannedText(text, tuple(match.span() for match in WORD.finditer(text)))


def word_states(
    engine: Engine,
    checkpoint: str,
    sentences: Sequence[SpannedText],
    *,
    untrained: bool = False,
    stopped: Callable[[], bool] | None = None,
    counted: Counted | None = None,
) -> WordStates:
    """The words of the sentences; the vector of a word is the mean over its pieces. With `untrained` those of a network
    of the same shape with random weights. Raises the first PlaygroundError, and InputError for too many words."""
    count = sum(len(one.spans) for one in sentences)
    if count > MOST_WORDS:
        message = f"There are {count:,} words; up to {MOST_WORDS:,} are analysed at once."
        raise InputError(message, "Use a part of the sentences.")
    requests = (HiddenStatesRequest(one.text, untrained=untrained) for one in sentences)
    found: list[NDArray[np.float32]] = []
    texts: list[int] = []
    words: list[int] = []
    for n, result in enumerate(engine.stream("hidden-states", checkpoint, requests, stopped)):
        if isinstance(result, PlaygroundError):
            raise result
        assert isinstance(result, HiddenStatesResult)
        means = word_means(result, sentences[n].spans)
        for place, vector in means:
            found.append(vector)
            texts.append(n)
            words.append(place)
        if counted:
            counted(n + 1)
    if not found:
        raise InputError("There is no word in the sentences.", "Use other sentences.")
    return WordStates(np.stack(found, 1), np.array(texts), np.array(words))


def word_means(result: HiddenStatesResult, spans: Iterable[Span]) -> list[tuple[int, NDArray[np.float32]]]:
    """The number of each word that has pieces, and the mean of their vectors on each layer, (layers + 1, hidden)."""
    offsets = np.array(result.offsets)  # (tokens, 2)
    found = []
    for n, (start, end) in enumerate(spans):
        inside = (offsets[:, 0] < end) & (offsets[:, 1] > start) & (offsets[:, 0] < offsets[:, 1])
        if inside.any():
            found.append((n, result.states[:, inside].mean(1)))
    return found
