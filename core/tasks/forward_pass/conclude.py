"""What the head of a checkpoint answers, from its logits: guesses at each place, and all of it in a sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, softmax

from core.models.encoding import Encoding
from core.tasks.forward_pass.by_hand import Numbers
from core.tasks.forward_pass.schema import Conclusion, Guess
from core.text.phrases import listed, quoted, scored

MOST_GUESSES = 8


@dataclass(frozen=True)
class ReadText:
    """What a head had before it: the text in pieces, as a reader writes them, what its outputs stand for, and what a
    piece of the vocabulary reads as."""

    encoding: Encoding
    labels: tuple[str, ...]
    classes: Sequence[str]
    word: Callable[[int], str]
    mask_id: int | None


def conclude(head: str, logits: Numbers, read: ReadText, error: float) -> Conclusion:
    """The answer of a head, from logits of shape (places, outputs)."""
    guesses, said, place = ANSWERS[head](logits, read)
    return Conclusion(head, guesses, said, place, error, float(np.abs(logits).max()))


Concluded = tuple[tuple[tuple[Guess, ...], ...], str, int]  # guesses, a sentence, the place that it speaks of


def ranked(names: Sequence[str], scores: Numbers) -> tuple[Guess, ...]:
    """Names with their probabilities, the most probable first."""
    order = np.argsort(-scores, kind="stable")[:MOST_GUESSES]
    return tuple(Guess(names[n], float(scores[n])) for n in order.tolist())


def words(logits: Numbers, read: ReadText) -> Concluded:
    """The most probable words at each place; in the gaps, if there are any, what fills them."""
    best = np.argpartition(-logits, MOST_GUESSES, axis=1)[:, :MOST_GUESSES]
    shares = softmax(logits.astype(np.float64), axis=1)
    guesses = tuple(
        ranked([read.word(id) for id in ids], shares[place, ids]) for place, ids in enumerate(best.tolist())
    )
    gaps = [place for place, id in enumerate(read.encoding.ids) if id == read.mask_id]
    if gaps:
        fills = (scored(guesses[place][0].text, guesses[place][0].score) for place in gaps)
        return guesses, f"In the {'gap' if len(gaps) == 1 else 'gaps'}: {listed(fills)}.", gaps[0]
    own = [place for place, segment in enumerate(read.encoding.segments) if segment >= 0]
    kept = sum(int(logits[place].argmax()) == read.encoding.ids[place] for place in own)
    said = f"No gap to fill: at {kept} of {len(own)} tokens it predicts the token that is there."
    return guesses, said, own[0] if own else 0


def classes(logits: Numbers, read: ReadText) -> Concluded:
    """The classes of the text."""
    shares = expit(logits[0]) if logits.shape[1] == 1 else softmax(logits[0].astype(np.float64))
    found = ranked(read.classes, shares)
    return (found,), f"The text is {scored(found[0].text, found[0].score)}.", 0


def tags(logits: Numbers, read: ReadText) -> Concluded:
    """The tag of every token."""
    shares = softmax(logits.astype(np.float64), axis=1)
    guesses = tuple(ranked(read.classes, row) for row in shares)
    own = [place for place, segment in enumerate(read.encoding.segments) if segment >= 0]
    named = [place for place in own if guesses[place][0].text != "O"]
    if not named:
        return guesses, "No token is part of a name.", own[0] if own else 0
    tagged = (f"{read.labels[place]} {guesses[place][0].text}" for place in named)
    return guesses, f"Tagged: {listed(tagged)}.", named[0]


def span(logits: Numbers, read: ReadText) -> Concluded:
    """Where an answer begins and ends: the best span of the second text, against the first token, which is none."""
    shares = softmax(logits.astype(np.float64), axis=0)  # (tokens, 2)
    guesses = tuple((Guess("start", float(start)), Guess("end", float(end))) for start, end in shares)
    places = read.encoding.positions(1)
    if not len(places):
        return guesses, "It answers a question (the text) from a passage (the second text).", 0
    sums = np.add.outer(logits[places, 0], logits[places, 1])
    sums[np.tril_indices(len(places), -1)] = -np.inf  # an end before its start
    start, end = divmod(int(sums.argmax()), len(places))
    if logits[0].sum() > sums[start, end]:
        return guesses, "No answer in the passage: the first token scores higher than every span.", 0
    answer = " ".join(read.labels[place] for place in places[start : end + 1]).replace(" ##", "")
    return guesses, f"The answer is {quoted(answer)}.", int(places[start])


def swaps(logits: Numbers, read: ReadText) -> Concluded:
    """How probable it is of each token that it replaced another."""
    shares = expit(logits[:, 0])
    guesses = tuple((Guess("replaced", float(share)), Guess("original", 1 - float(share))) for share in shares)
    own = [place for place, segment in enumerate(read.encoding.segments) if segment >= 0]
    if not own:
        return guesses, "There is no token to judge.", 0
    most = max(own, key=lambda place: shares[place])
    said = f"Of all tokens, {scored(read.labels[most], float(shares[most]))} looks most like a replacement."
    return guesses, said, most


ANSWERS: dict[str, Callable[[Numbers, ReadText], Concluded]] = {
    "masked-lm": words,
    "sequence-classification": classes,
    "token-classification": tags,
    "question-answering": span,
    "replaced-token-detection": swaps,
}
