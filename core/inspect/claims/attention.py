"""What papers say of attention as an explanation: does it agree with gradients, or with what masking a word changes?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.errors import InputError
from core.inspect.attended import attended, rolled_out
from core.inspect.attribution import gradient_times_input
from core.inspect.choosing import choose
from core.inspect.claims.claim import (
    Experiment,
    Hearing,
    JudgedClaim,
    PaperClaim,
    judged,
    mean_and_error,
    plus_minus,
)
from core.inspect.claims.reviews import REVIEWS, each_review
from core.inspect.grammar import ParsedSentence, sentences
from core.inspect.subject import Change, Subject, mask_of
from core.text.phrases import listed, quoted

GAPS = 60  # sentences with a gap for a verb whose number is known
FEWEST = 4  # words of a text that are ranked
HARDLY = 0.3  # a rank correlation
AUXILIARIES = frozenset(("is", "are", "was", "were", "has", "have"))
ABNAR = ("Abnar & Zuidema 2020", "https://arxiv.org/abs/2005.00928")
RANKS = "the rank correlation over the words of each sentence, mean over sentences"
NUMBER = PaperClaim(
    "Does rollout tell more than raw attention?",
    *ABNAR,
    "On the number of a verb, the attention of the top layer agrees with what blanking out words changes by 0.29, "
    "attention rollout by 0.71.",
    f"A gap for {listed(map(quoted, sorted(AUXILIARIES)))} in sentences of our own grammar; each other word is "
    f"masked in turn and the fall or rise of the right form is held against attention from the gap: {RANKS}. It "
    "holds if rollout's is higher.",
)
GRADIENTS = PaperClaim(
    "Do attention and gradients name different words?",
    *ABNAR,
    "On sentiment (SST-2), the attention of the top layer agrees with gradients by only 0.09.",
    f"{REVIEWS} short reviews of our own: attention of the first token against gradient × input, whatever its sign, "
    f"{RANKS}. It holds if that is below {HARDLY}.",
)
ROLLOUT = PaperClaim(
    "Does rollout agree better with gradients on sentiment?",
    *ABNAR,
    "On sentiment (SST-2), rollout agrees with gradients by 0.13, raw attention by 0.09.",
    "The same reviews; it holds if the mean of the differences is above zero.",
)


def rank_correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Spearman's: that of the ranks, equal values sharing the mean of theirs; 0 where one is all the same."""
    first, second = centred_ranks(a), centred_ranks(b)
    lengths = np.linalg.norm(first) * np.linalg.norm(second)
    return float(first @ second / lengths) if lengths else 0.0


def centred_ranks(values: Sequence[float]) -> NDArray[np.float64]:
    """The rank of each value, minus the mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[place]
    return np.asarray(ranks - ranks.mean(), dtype=np.float64)


def number_gaps(found: Sequence[ParsedSentence]) -> list[tuple[str, str]]:
    """Sentences with a gap for the auxiliary that agrees with their subject, and the word that is missing."""
    gaps = []
    for sentence in found:
        words = [word for word in sentence.words if word.text in AUXILIARIES]
        if len(words) == 1 and len(sentence.words) > FEWEST + 2:
            text = f"{sentence.text[: words[0].start]}___{sentence.text[words[0].end :]}"
            gaps.append((text, words[0].text))
    return gaps


def blanked(engine: Engine, checkpoint: str, subject: Subject, mask: str) -> list[float]:
    """How far the value moves where each word is masked, whatever its sign."""
    changes = [Change(), *(Change((word,), mask) for word in subject.words)]
    (value, *others), _ = subject.values(engine, checkpoint, changes)
    return [abs(value - other) for other in others]


def agreements(engine: Engine, checkpoint: str, subject: Subject, effects: Sequence[float]) -> tuple[float, float]:
    """How far raw attention and rollout agree with the effect of each word."""
    found = []
    for look in (attended, rolled_out):
        attribution = look(engine, checkpoint, subject)
        found.append(rank_correlation([attribution.effect_of(word) for word in subject.words], effects))
    return found[0], found[1]


def read_numbers(engine: Engine, checkpoint: str, hearing: Hearing) -> tuple[JudgedClaim, ...]:
    """Rollout against raw attention, of a checkpoint that fills gaps."""
    mask, pairs, far = mask_of(engine, checkpoint), [], 0
    gaps = number_gaps(sentences())[:GAPS]
    for n, (text, word) in enumerate(gaps, 1):
        try:
            subject = choose(engine, checkpoint, "fill-mask", text, wanted=word)
        except InputError:  # not among the first words for the gap
            far += 1
        else:
            effects = blanked(engine, checkpoint, subject, mask)
            pairs.append(agreements(engine, checkpoint, subject, effects))
        hearing.told(n)
    if len(pairs) < 2:
        raise InputError("The model does not know the verbs of our sentences.", "Choose another one.")
    raw, rollout, difference = summarised(pairs)
    left_out = f"; of {far} more the right form was too improbable" if far else ""
    here = (
        f"Raw attention agrees by {plus_minus(*raw)}, rollout by {plus_minus(*rollout)}, on {len(pairs)} "
        f"sentences{left_out}."
    )
    return (judged(checkpoint, NUMBER, here, difference, len(pairs)),)


def summarised(pairs: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of raw attention, of rollout, and of rollout minus raw attention, the mean with its error."""
    raw, rollout = zip(*pairs, strict=True)
    differences = [b - a for a, b in pairs]
    return [mean_and_error(one) for one in (raw, rollout, differences)]


def read_sentiment(engine: Engine, checkpoint: str, hearing: Hearing) -> tuple[JudgedClaim, ...]:
    """Attention and rollout against gradients, of a checkpoint that tells positive from negative."""
    pairs = []
    for n, subject in enumerate(each_review(engine, checkpoint), 1):
        if len(subject.words) >= FEWEST:
            gradients = gradient_times_input(engine, checkpoint, subject)
            effects = [abs(gradients.effect_of(word)) for word in subject.words]
            pairs.append(agreements(engine, checkpoint, subject, effects))
        hearing.told(n)
    raw, rollout, difference = summarised(pairs)
    hardly = f"They agree by {plus_minus(*raw)} on {len(pairs)} reviews."
    beside = f"Rollout agrees by {plus_minus(*rollout)}, raw attention by {plus_minus(*raw)}, on {len(pairs)} reviews."
    return (
        judged(checkpoint, GRADIENTS, hardly, (HARDLY - raw[0], raw[1]), len(pairs)),
        judged(checkpoint, ROLLOUT, beside, difference, len(pairs)),
    )


AGREEMENT = (
    Experiment("fill-mask", (NUMBER,), GAPS, read_numbers),
    Experiment("text-classification", (GRADIENTS, ROLLOUT), REVIEWS, read_sentiment),
)
