"""The checkpoints ranked for a wish, each with its reasons."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log

from core.advice.prospects import Prospect
from core.advice.wish import Purpose, Rule, Wish, rules
from core.checkpoints.cards import DevScore

MEASURED = 500  # tokens of the longest text that is measured; what is longer goes through in parts
MEASURES: dict[Purpose, tuple[str, ...]] = {  # by which cards tell how good one is
    "gaps": ("top-1 accuracy",),
    "names": ("entity F1",),
    "answers": ("answer F1",),
    "sentiment": ("accuracy",),
    "classes": ("accuracy",),
    "search": ("Spearman correlation",),
}
NEEDED: dict[Purpose, str] = {
    "gaps": "masked-lm",
    "names": "token-classification",
    "answers": "question-answering",
    "sentiment": "sentiment",
    "classes": "inference",
    "search": "sentences",
}
TAUGHT = ("names", "answers", "sentiment", "classes", "gaps")  # purposes that one's own rows can teach
WINDOWED = ("names", "answers")  # purposes for which the playground cuts long texts into windows


@dataclass(frozen=True)
class Reason:
    """One reason for a prospect, or against it, and the rule it comes from."""

    text: str
    rule: Rule
    good: bool = True


@dataclass(frozen=True)
class Advice:
    """A prospect with its reasons; `against` are those that stand in the way. `milliseconds` is None where nothing was
    measured yet, `ready` says that it needs no training."""

    prospect: Prospect
    reasons: tuple[Reason, ...]
    ready: bool
    milliseconds: float | None

    @property
    def against(self) -> tuple[Reason, ...]:
        """What stands in the way."""
        return tuple(one for one in self.reasons if not one.good)


def rank(wish: Wish, known: Iterable[Prospect], measured: Mapping[str, float]) -> list[Advice]:
    """The best first: those without anything in their way, then by field, trained or not, size, score, here or not.

    Sizes count by powers of four of the weights of the layers: among trained ones the larger is usually the better
    (Devlin et al. 2019, table 6), and few on the Hub have a score that was measured on the same rows.

    `measured` are the milliseconds of encoders here for such a text, by id.
    """
    every = list(known)
    found = [advise(wish, one, measured, every) for one in every]
    return sorted(found, key=lambda one: order(wish, one))


def order(wish: Wish, one: Advice) -> tuple[float, ...]:
    """What it is sorted by, the least first."""
    prospect = one.prospect
    of_field = bool(wish.domain) and prospect.domain == wish.domain
    score = score_of(wish, prospect)
    taught = wish.purpose == "classes" and wish.rows == "many"  # then rows say more than a head that guesses
    ready = one.ready and not taught
    good = score.value if score and ready else 0.0
    size = int(log(max(1, prospect.body), 4))
    return (len(one.against), -of_field, -ready, -size if ready else 0, -good, -prospect.here, -prospect.body)


def advise(wish: Wish, one: Prospect, measured: Mapping[str, float], known: Iterable[Prospect]) -> Advice:
    """One prospect with all that is to be said of it."""
    ready = NEEDED[wish.purpose] in one.skills
    milliseconds = takes(one, measured, wish, known)
    parts = (of_skill(wish, one, ready), of_language(wish, one), of_domain(wish, one), of_length(wish, one))
    reasons = [reason for part in parts for reason in part]
    if milliseconds is not None:
        within = not wish.milliseconds or milliseconds <= wish.milliseconds
        name = "fast" if one.measured in measured else "fast-estimate"
        reasons.append(reason_of(name, within, milliseconds=f"{milliseconds:,.0f}"))
    small = not wish.megabytes or one.megabytes <= wish.megabytes
    reasons.append(reason_of("memory", small, megabytes=f"{one.megabytes:,.0f}"))
    if not one.here:
        reasons.append(reason_of("fetch"))
    return Advice(one, tuple(reasons), ready, milliseconds)


def reason_of(name: str, good: bool = True, **facts: str) -> Reason:
    """A rule with the facts filled in."""
    rule = rules()[name]
    return Reason(rule.says.format(**facts), rule, good)


def of_skill(wish: Wish, one: Prospect, ready: bool) -> Iterator[Reason]:
    """Whether it can do it, or learn it."""
    score = score_of(wish, one)
    if ready:
        name = {"classes": "zero-shot", "search": "sentences"}.get(wish.purpose, "head")
        yield reason_of(name)
        if score:
            yield reason_of("score", measure=score.measure, score=f"{score.value:.3f}", dataset=score.dataset)
    elif wish.purpose == "search":
        yield reason_of("no-sentences", good=False)
    elif wish.purpose in TAUGHT and wish.rows != "none":
        yield reason_of("train")
        if wish.rows == "few":
            yield reason_of("few-rows")
    else:
        yield reason_of("no-head", good=False)


def score_of(wish: Wish, one: Prospect) -> DevScore | None:
    """The first score of its card that tells how good it is for this, if it was trained for it."""
    wanted = MEASURES.get(wish.purpose, ())
    trained = NEEDED[wish.purpose] in one.skills
    return next((score for score in one.scores if score.measure in wanted), None) if trained else None


def of_language(wish: Wish, one: Prospect) -> Iterator[Reason]:
    """Whether it knows the language."""
    if one.multilingual:
        if wish.language != "english":
            yield reason_of("paraphrases" if "paraphrases" in one.skills else "languages")
    elif wish.language != "english":
        yield reason_of("english", good=False)


def of_domain(wish: Wish, one: Prospect) -> Iterator[Reason]:
    """Whether it read texts of the field."""
    if one.domain and one.domain == wish.domain:
        yield reason_of("domain")
    elif one.domain:
        yield reason_of("other-domain", good=False, domain=one.domain)


def of_length(wish: Wish, one: Prospect) -> Iterator[Reason]:
    """Whether the texts fit."""
    tokens = f"{one.context_length:,}"
    if wish.tokens <= one.context_length:
        yield reason_of("length", tokens=tokens)
    elif wish.purpose in WINDOWED:
        yield reason_of("windows", tokens=tokens)
    else:
        yield reason_of("cut", good=False, tokens=tokens)


def takes(one: Prospect, measured: Mapping[str, float], wish: Wish, known: Iterable[Prospect]) -> float | None:
    """Milliseconds for a text: measured on its encoder, else estimated from the weights of the layers beside the
    largest encoder that was measured; None before that. What is longer than it reads goes through in windows, or is
    cut."""
    read = wish.tokens if wish.purpose in WINDOWED else min(wish.tokens, one.context_length)
    if one.measured in measured:
        return read * measured[one.measured] / tokens_measured(one, wish)
    others = [other for other in known if other.id in measured and other.body]
    if not others:
        return None
    largest = max(others, key=lambda other: other.body)
    return read * measured[largest.id] / tokens_measured(largest, wish) * one.body / largest.body


def tokens_measured(one: Prospect, wish: Wish) -> int:
    """Tokens of the text that was measured."""
    return min(wish.tokens, MEASURED, one.context_length)
