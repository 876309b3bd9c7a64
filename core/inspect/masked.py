"""Masked-language modelling on one sentence: what a draw hides, what many draws add up to, and what a model loses."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.errors import EmptyTextError, InputError
from core.inspect.claims.claim import mean_and_error, share_error
from core.provenance import Provenance, Row
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest, PseudoLikelihoodResult
from core.text.masking import (
    KEEP,
    KEPT,
    MASKED,
    RANDOM,
    RATE,
    REPLACED,
    Chosen,
    choose_spans,
    choose_tokens,
    choose_words,
    fates,
    stand_ins,
    wanted,
)
from core.text.pieces import Tokenized

MaskingUnit = Literal["tokens", "whole words", "spans"]
UNITS: tuple[MaskingUnit, ...] = ("tokens", "whole words", "spans")
FATES = {MASKED: "[MASK]", REPLACED: "random", KEPT: "kept"}
THE_MASK = -1  # the id of a mask token, whatever the tokenizer
DRAWS, MOST_EPOCHS, TOP_K = 1000, 8, 3


@dataclass(frozen=True)
class Scheme:
    """The share `rate` of the tokens is to be predicted; of those the shares `random` and `keep` become any piece of
    the vocabulary or stay, the others become the mask token."""

    rate: float = RATE
    random: float = RANDOM
    keep: float = KEEP
    unit: MaskingUnit = "tokens"

    def check(self) -> None:
        """Raises InputError unless the shares can be had."""
        if not 0 < self.rate <= 1 or self.random < 0 or self.keep < 0:
            raise InputError("A share is below 0 or above 100 %.", "Choose shares from 0 to 100 %.")
        if self.random + self.keep > 1 + 1e-9:
            message = f"Random and kept are {100 * (self.random + self.keep):.0f} % together."
            raise InputError(message, "They can be 100 % at most; what is left becomes [MASK].")

    @property
    def shares(self) -> dict[int, float]:
        """What becomes of chosen tokens, and of which share."""
        return {MASKED: max(0.0, 1 - self.random - self.keep), REPLACED: self.random, KEPT: self.keep}


@dataclass(frozen=True)
class DrawnMask:
    """Numbers of the pieces of a text that are chosen, what becomes of each, and the id that stands there."""

    places: tuple[int, ...]
    fates: tuple[int, ...]
    shown: tuple[int, ...]

    def request(self, text: str) -> PseudoLikelihoodRequest:
        """Asks for the chosen pieces of the text, read with what stands in their places."""
        pairs = zip(self.places, self.shown, strict=True)
        return PseudoLikelihoodRequest(
            text, top_k=TOP_K, shown=tuple((n, None if id == THE_MASK else id) for n, id in pairs)
        )


@dataclass(frozen=True)
class MaskedEpoch:
    """One draw and what the model made of it; a piece of `result` for each place of `drawn`."""

    drawn: DrawnMask
    request: PseudoLikelihoodRequest
    result: PseudoLikelihoodResult

    @property
    def provenance(self) -> Provenance:
        """Where the result is from."""
        return self.result.provenance

    @property
    def losses(self) -> tuple[float, ...]:
        """−ln of the probability of what really stood in each chosen place."""
        return tuple(-piece.log_probability for piece in self.result.pieces)


@dataclass(frozen=True)
class DrawCounts:
    """What came out in many draws over one text, each with its standard error: the share of tokens that were chosen,
    beside the share that was `asked`; the share of each fate among those; and how often each token was chosen."""

    draws: int
    asked: float
    chosen: tuple[float, float]
    fates: dict[int, tuple[float, float]]
    each: tuple[float, ...]


@dataclass(frozen=True)
class MaskableText:
    """The tokens of a text as the choice sees them: `tokenized`, and one row of flags, (1, tokens)."""

    tokenized: Tokenized

    @cached_property
    def special(self) -> Chosen:
        """Which tokens are special."""
        return np.array([[piece.special for piece in self.tokenized.pieces]])

    @cached_property
    def continues(self) -> Chosen:
        """Which tokens are of the word before them."""
        return np.array([[piece.continues for piece in self.tokenized.pieces]])

    def choose(self, scheme: Scheme, rng: np.random.Generator, draws: int = 1) -> Chosen:
        """Which of its own tokens are chosen in each draw, (draws, tokens)."""
        special, continues = (np.repeat(flags, draws, axis=0) for flags in (self.special, self.continues))
        if scheme.unit == "tokens":
            chosen = choose_tokens(special, rng, scheme.rate)
        elif scheme.unit == "whole words":
            chosen = choose_words(special, continues, rng, scheme.rate)
        else:
            chosen = choose_spans(special, continues, rng, scheme.rate)
        return chosen[:, ~self.special[0]]


def readable(tokenized: Tokenized) -> MaskableText:
    """The text, if it has tokens to choose among."""
    if not tokenized.own:
        raise EmptyTextError("The text has no readable words.", "It needs at least one letter or digit.", "text")
    return MaskableText(tokenized)


def draw_mask(tokenized: Tokenized, scheme: Scheme, seed: int, epoch: int = 0) -> DrawnMask:
    """What is hidden in an epoch; the same for the same seed and epoch."""
    scheme.check()
    rng = np.random.default_rng((seed, epoch))
    places = np.flatnonzero(readable(tokenized).choose(scheme, rng)[0])
    fate = fates(len(places), rng, random=scheme.random, keep=scheme.keep)
    answers = np.array([tokenized.own[n].id for n in places])
    shown = stand_ins(fate, answers, rng, mask=THE_MASK, lowest=0, pieces=tokenized.vocabulary)
    return DrawnMask(*(tuple(column.tolist()) for column in (places, fate, shown)))


def masked_epochs(
    engine: Engine, checkpoint: str, text: str, scheme: Scheme, seed: int, epochs: int, *, dynamic: bool
) -> list[MaskedEpoch]:
    """A draw for each epoch, a new one each time if `dynamic`, and what a model predicts there; nothing is trained."""
    tokenized = engine.tokenize(checkpoint, text)
    drawn = [draw_mask(tokenized, scheme, seed, n if dynamic else 0) for n in range(min(epochs, MOST_EPOCHS))]
    requests = [one.request(text) for one in drawn]
    results = cast(Sequence[PseudoLikelihoodResult], engine.run("pseudo-likelihood", checkpoint, requests))
    return [MaskedEpoch(*one) for one in zip(drawn, requests, results, strict=True)]


def count_draws(tokenized: Tokenized, scheme: Scheme, seed: int, draws: int = DRAWS) -> DrawCounts:
    """What many draws add up to."""
    scheme.check()
    text, rng = readable(tokenized), np.random.default_rng(seed)
    chosen = text.choose(scheme, rng, draws)
    found: NDArray[np.int64] = fates(int(chosen.sum()), rng, random=scheme.random, keep=scheme.keep)
    shares = {fate: float((found == fate).mean()) for fate in FATES}
    return DrawCounts(
        draws=draws,
        asked=float(wanted(text.special, scheme.rate)[0, 0]) / len(tokenized.own),
        chosen=mean_and_error(chosen.mean(axis=1).tolist()),
        fates={fate: (share, share_error(share, len(found))) for fate, share in shares.items()},
        each=tuple(chosen.mean(axis=0).tolist()),
    )


def mean_loss(epochs: Sequence[MaskedEpoch], fate: int | None = None) -> float:
    """The mean loss of a chosen token over all epochs, of one fate if it is named; NaN where there is none."""
    losses = [
        loss
        for one in epochs
        for loss, became in zip(one.losses, one.drawn.fates, strict=True)
        if fate is None or became == fate
    ]
    return float(np.mean(losses)) if losses else float("nan")


def masked_rows(epochs: Sequence[MaskedEpoch]) -> list[Row]:
    """One row for each chosen token of each epoch."""
    return [
        {
            "epoch": number,
            "token": piece.token,
            "start": piece.start,
            "end": piece.end,
            "became": FATES[fate],
            "shown": piece.shown,
            "probability": float(np.exp(piece.log_probability)),
            "loss": -piece.log_probability,
            "rank": piece.rank,
            "guess": piece.fills[0].text if piece.fills else "",
        }
        for number, one in enumerate(epochs, 1)
        for piece, fate in zip(one.result.pieces, one.drawn.fates, strict=True)
    ]
