"""How the vectors of words lie in their space, layer by layer: in a narrow cone or spread out, fixed or moved by the
sentence around them; and how alike the layers of two networks place the same words.

Ethayarajh 2019 (arxiv.org/abs/1909.00512); of the few dimensions that dominate cosines Timkey and van Schijndel 2021
(arxiv.org/abs/2109.04404).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.comparison.cka import FEWEST, cka, placed
from core.errors import InputError
from core.inspect.grammar import sentences
from core.inspect.words import SpannedText, WordStates, with_words
from core.vectors.baseline import load_sentences

LARGEST = 3  # dimensions that are left out
OFTEN = 5  # places at which a word stands, at least, so that it is measured
ENOUGH = 2000  # words for CKA
EXTRA = 120  # sentences of the grammar


@cache
def default_texts() -> tuple[SpannedText, ...]:
    """The bundled sentences on twelve topics, and some of the grammar's, with more than ENOUGH words together."""
    written = [text for text, _ in load_sentences()]
    return texts_of([*written, *(one.text for one in sentences(EXTRA))])


def texts_of(lines: Sequence[str]) -> tuple[SpannedText, ...]:
    """The texts that are not empty, with their words."""
    return tuple(with_words(line.strip()) for line in lines if line.strip())


@dataclass(frozen=True)
class SelfSimilarity:
    """A word that stands at `count` places: the mean cosine of its vectors there on each layer, with all dimensions and
    `without` the largest, and the share of their variance that a single vector explains at most."""

    text: str
    count: int
    similarity: tuple[float, ...]
    without: tuple[float, ...]
    explained: tuple[float, ...]


@dataclass(frozen=True)
class Geometry:
    """Each number on each layer, the embeddings first. `anisotropy`: the mean cosine of words of different texts; the
    same `without` the largest dimensions, and which these are; `explained`: the share of the variance of random words
    that a single vector explains at most, of as many as it is measured on for `words`, the most frequent of which is
    first."""

    checkpoint: str
    count: int
    anisotropy: tuple[float, ...]
    without: tuple[float, ...]
    dimensions: tuple[tuple[int, ...], ...]
    explained: tuple[float, ...]
    words: tuple[SelfSimilarity, ...]

    def mean_similarity(self, *, without: bool = False) -> list[float]:
        """The mean over the words measured, on each layer."""
        rows = [one.without if without else one.similarity for one in self.words]
        return [float(value) for value in np.mean(rows, axis=0)] if rows else []


def measure_geometry(
    checkpoint: str, found: WordStates, texts: Sequence[SpannedText], wanted: Sequence[str] = ()
) -> Geometry:
    """Anisotropy over all words, self-similarity of the `wanted` ones, or of all that stand OFTEN times in different
    texts; InputError for a wanted word that stands at fewer than two places."""
    forms = [
        texts[text].text[slice(*texts[text].spans[word])].casefold()
        for text, word in zip(found.texts.tolist(), found.words.tolist(), strict=True)
    ]
    places = places_of(forms, found.texts, wanted)
    random = np.random.default_rng(0)
    anisotropy, without, dimensions, explained = [], [], [], []
    cosines: dict[str, list[tuple[float, float, float]]] = {form: [] for form in places}
    size = min((len(one) for one in places.values()), default=OFTEN)  # a single vector explains more of fewer places
    samples = [random.choice(len(forms), min(size, len(forms)), replace=False) for _ in range(20)]
    for layer in found.states:
        largest = largest_dimensions(layer)
        rest = np.delete(layer, largest, axis=1)
        anisotropy.append(mean_cosine(layer, found.texts))
        without.append(mean_cosine(rest, found.texts))
        dimensions.append(tuple(largest))
        explained.append(float(np.mean([explained_variance(layer[sample]) for sample in samples])))
        for form, here in places.items():
            own = np.arange(len(here))
            both = mean_cosine(layer[here], own), mean_cosine(rest[here], own)
            cosines[form].append((*both, explained_variance(layer[here[:size]])))
    words = tuple(
        SelfSimilarity(form, len(here), *(tuple(part) for part in zip(*cosines[form], strict=True)))
        for form, here in places.items()
    )
    return Geometry(
        checkpoint,
        len(forms),
        tuple(anisotropy),
        tuple(without),
        tuple(dimensions),
        tuple(explained),
        words,
    )


def places_of(forms: Sequence[str], texts: NDArray[np.int64], wanted: Sequence[str]) -> dict[str, list[int]]:
    """Where the words to measure stand, the most frequent first; of a text only the first place counts."""
    places: dict[str, dict[int, int]] = {}
    for n, (form, text) in enumerate(zip(forms, texts.tolist(), strict=True)):
        places.setdefault(form, {}).setdefault(text, n)
    chosen = [word.casefold() for word in wanted] or [form for form, one in places.items() if len(one) >= OFTEN]
    for form in chosen:
        if len(places.get(form, ())) < 2:
            count = "no text" if form not in places else "only one text"
            raise InputError(f"“{form}” stands in {count}.", "Its places in two texts or more are compared.")
    ranked = sorted(dict.fromkeys(chosen), key=lambda form: (-len(places[form]), form))
    return {form: list(places[form].values()) for form in ranked}


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """The vectors at length one."""
    wide = vectors.astype(np.float64)
    found: NDArray[np.float64] = wide / np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), 1e-12)
    return found


def mean_cosine(vectors: NDArray[np.floating], texts: NDArray[np.int64]) -> float:
    """The mean cosine over all pairs of vectors, (words, hidden), that belong to different texts."""
    ones = unit(vectors)
    _, numbers = np.unique(texts, return_inverse=True)
    sums = np.zeros((numbers.max() + 1, ones.shape[1]))
    np.add.at(sums, numbers, ones)
    counts = np.bincount(numbers).astype(np.float64)
    pairs = counts.sum() ** 2 - (counts**2).sum()
    total = float((sums.sum(0) ** 2).sum() - (sums**2).sum())
    return float(total / pairs) if pairs else 0.0


def largest_dimensions(vectors: NDArray[np.floating]) -> list[int]:
    """The dimensions that add most to the mean cosine of (words, hidden), the largest first."""
    shares = unit(vectors).mean(0) ** 2
    return [int(n) for n in np.argsort(-shares, kind="stable")[:LARGEST]]


def explained_variance(vectors: NDArray[np.floating]) -> float:
    """The share of (places, hidden) that a single direction explains at most, not centred: a static vector for all
    places can do no better."""
    squares = np.linalg.svd(vectors.astype(np.float64), compute_uv=False) ** 2
    return float(squares[0] / max(float(squares.sum()), 1e-12))


def layer_cka(a: WordStates, b: WordStates, *, without: bool = False) -> NDArray[np.float64]:
    """Debiased linear CKA of every layer of `a` with every layer of `b`, (layers of a, layers of b), on the words that
    both have; with `without` the three dimensions that dominate the cosines of each are left out."""
    shared = sorted(set(keys(a)) & set(keys(b)))
    if len(shared) < FEWEST:
        message = f"There are {len(shared)} words that both models read."
        raise InputError(message, f"Use sentences with {ENOUGH:,} words or more.")
    first, second = (rows(one, shared) for one in (a, b))
    left = [placed(trimmed(layer, without=without)) for layer in a.states[:, first]]
    right = [placed(trimmed(layer, without=without)) for layer in b.states[:, second]]
    return np.array([[cka(one, other) for other in right] for one in left])


def trimmed(layer: NDArray[np.float32], *, without: bool) -> NDArray[np.float32]:
    """The vectors, or with `without` all but their largest dimensions."""
    return np.delete(layer, largest_dimensions(layer), axis=1) if without else layer


def keys(found: WordStates) -> list[tuple[int, int]]:
    """Each word as the number of its text and its own there."""
    return list(zip(found.texts.tolist(), found.words.tolist(), strict=True))


def rows(found: WordStates, wanted: Sequence[tuple[int, int]]) -> list[int]:
    """Where these words stand among those found."""
    place = {key: n for n, key in enumerate(keys(found))}
    return [place[key] for key in wanted]
