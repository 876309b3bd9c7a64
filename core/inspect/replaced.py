"""Replaced-token detection on one sentence: what a generator puts in place of words, and which changes are noticed.

As in ELECTRA (Clark et al. 2020, arxiv.org/abs/2003.10555), a word that the generator restores counts as unchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import cast

import numpy as np

from core.engine import Engine
from core.errors import EmptyTextError, InputError
from core.provenance import Provenance, Row
from core.tasks.fill_mask.schema import FillMaskRequest, FillMaskResult, MaskFills
from core.tasks.replaced_token_detection.schema import SWAPPED, JudgedToken, ReplacedTokenDetectionResult
from core.tasks.spec import check_number
from core.text.masking import choose_tokens
from core.text.spans import GAP, PLACEHOLDER, WORD, Span

CANDIDATES = 100  # of the generator's words in each place that are drawn from
SHOWN = 4  # of them that are told


@dataclass(frozen=True)
class ProposedWord:
    """What a generator drew in place of the word text[start:end] of the original: `word`, which it gave `score`; the
    new text has it at [new_start, new_end). `others` are its best words there."""

    original: str
    start: int
    end: int
    word: str
    score: float
    new_start: int
    new_end: int
    others: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether it is another word."""
        return self.word.casefold() != self.original.casefold()


@dataclass(frozen=True)
class GeneratedText:
    """A text with the words that a generator proposed."""

    original: str
    text: str
    words: tuple[ProposedWord, ...]
    provenance: Provenance

    @property
    def changed(self) -> tuple[Span, ...]:
        """Where it differs from the original."""
        return tuple((one.new_start, one.new_end) for one in self.words if one.changed)


@dataclass(frozen=True)
class SwapScore:
    """Of `words` words so many were `changed`, of those so many `caught`; `alarms` were raised at others."""

    words: int
    changed: int
    caught: int
    alarms: int

    @property
    def unnoticed(self) -> int:
        """The changes that passed."""
        return self.changed - self.caught

    def __add__(self, other: "SwapScore") -> "SwapScore":
        """Both together."""
        return SwapScore(
            self.words + other.words,
            self.changed + other.changed,
            self.caught + other.caught,
            self.alarms + other.alarms,
        )


NO_SCORE = SwapScore(0, 0, 0, 0)


def places_to_replace(text: str, rate: float, seed: int) -> tuple[Span, ...]:
    """The share `rate` of the words and at least one, the same for the same seed."""
    check_number(rate, "The share of words", 0.01, 1)
    spans = [match.span() for match in WORD.finditer(text)]
    if not spans:
        raise EmptyTextError("The text has no readable words.", "Type a sentence or pick an example.", "text")
    chosen = choose_tokens(np.zeros((1, len(spans)), dtype=bool), np.random.default_rng(seed), rate)
    return tuple(spans[n] for n in np.flatnonzero(chosen))


def generate(
    engine: Engine, checkpoint: str, text: str, rate: float, seed: int, temperature: float = 1.0
) -> GeneratedText:
    """Hides words and draws others from what the generator predicts there, all at once; a higher temperature makes
    improbable words more frequent."""
    check_number(temperature, "The temperature", 0.1, 5)
    if PLACEHOLDER.search(text):
        raise InputError("The sentence has a gap.", "Write it out: the places are drawn here.", "text")
    places = places_to_replace(text, rate, seed)
    request = FillMaskRequest(with_words(text, places, [GAP] * len(places))[0], CANDIDATES)
    (result,) = cast(Sequence[FillMaskResult], engine.run("fill-mask", checkpoint, [request]))
    rng = np.random.default_rng((seed, 1))
    drawn = [draw_word(mask, rng, temperature) for mask in result.masks]
    originals = [text[start:end] for start, end in places]
    words = [as_written(word, was) for (word, _), was in zip(drawn, originals, strict=True)]
    new, spans = with_words(text, places, words)
    proposed = [
        ProposedWord(
            original=originals[n],
            start=places[n][0],
            end=places[n][1],
            word=words[n],
            score=drawn[n][1],
            new_start=spans[n][0],
            new_end=spans[n][1],
            others=tuple(fill.text for fill in result.masks[n].fills[:SHOWN]),
        )
        for n in range(len(places))
    ]
    return GeneratedText(text, new, tuple(proposed), result.provenance)


def draw_word(mask: MaskFills, rng: np.random.Generator, temperature: float) -> tuple[str, float]:
    """A word of those that fit there, and its probability."""
    scores = np.array([max(fill.score, 1e-12) for fill in mask.fills]) ** (1 / temperature)
    fill = mask.fills[rng.choice(len(scores), p=scores / scores.sum())]
    return fill.text, fill.score


def as_written(word: str, original: str) -> str:
    """The word with a capital where the original has one."""
    return word[:1].upper() + word[1:] if original[:1].isupper() else word


def with_words(text: str, places: Sequence[Span], words: Sequence[str]) -> tuple[str, list[Span]]:
    """The text with other words in these places, in order, and where they stand in it."""
    new, last, spans = "", 0, []
    for (start, end), word in zip(places, words, strict=True):
        new += text[last:start]
        spans.append((len(new), len(new) + len(word)))
        new, last = new + word, end
    return new + text[last:], spans


def changed_words(original: str, edited: str) -> tuple[Span, ...]:
    """The words of `edited` that do not stand in the original; small and capital letters are the same."""
    before = [match[0].casefold() for match in WORD.finditer(original)]
    after = list(WORD.finditer(edited))
    matcher = SequenceMatcher(None, before, [match[0].casefold() for match in after], autojunk=False)
    parts = [range(start, end) for kind, _, _, start, end in matcher.get_opcodes() if kind != "equal"]
    return tuple(after[n].span() for part in parts for n in part)


def is_changed(word: JudgedToken, changed: Sequence[Span]) -> bool:
    """Whether a word stands where something was changed."""
    return any(start < word.end and word.start < end for start, end in changed)


def score_swaps(result: ReplacedTokenDetectionResult, changed: Sequence[Span]) -> SwapScore:
    """What the discriminator noticed of the changes."""
    told = [(is_changed(word, changed), word.score > SWAPPED) for word in result.words]
    return SwapScore(
        words=len(told),
        changed=sum(changed for changed, _ in told),
        caught=sum(changed and seen for changed, seen in told),
        alarms=sum(seen and not changed for changed, seen in told),
    )


def swap_rows(whose: str, result: ReplacedTokenDetectionResult, changed: Sequence[Span]) -> list[Row]:
    """One row for each word of a text; `whose` it is."""
    return [
        {"text": whose, "start": word.start, "end": word.end, "word": word.text}
        | {"changed": is_changed(word, changed), "score": word.score}
        for word in result.words
    ]
