"""Questions that a passage does not answer, made from questions that it does: the sentence of the answer goes, another
passage of the article takes its place, or the question is turned so that it asks for something else, in the ways people
do it (Rajpurkar, Jia & Liang 2018, table 1).
"""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from recipes.corpora import Row, split_sentences

NAME = re.compile(r"\b[A-Z][\w'’-]+(?: (?:of |the |de )?[A-Z][\w'’-]+)*")
NUMBER = re.compile(r"\b\d[\d.,]*\d\b|\b\d\b")
AUXILIARY = re.compile(r"\b(is|was|were|are|did|does|do|has|had|have|could|would|should)\b(?! not|n't)", re.IGNORECASE)
OPPOSITES = re.findall(
    r"(\w+)/(\w+)",
    """
    first/last before/after most/least more/less more/fewer largest/smallest larger/smaller large/small big/little
    high/low higher/lower highest/lowest increase/decrease increased/decreased north/south northern/southern
    east/west eastern/western early/late earlier/later earliest/latest old/new oldest/newest best/worst
    better/worse good/bad long/short longest/shortest above/below over/under inside/outside begin/end began/ended
    start/stop started/stopped win/lose won/lost accept/reject accepted/rejected support/oppose supported/opposed
    public/private rich/poor strong/weak stronger/weaker fast/slow faster/slower male/female men/women major/minor
    always/never allow/forbid allowed/forbidden many/few positive/negative common/rare open/closed same/different
    modern/ancient true/false majority/minority maximum/minimum internal/external direct/indirect
    possible/impossible include/exclude included/excluded found/lost gain/lose gained/lost rise/fall rose/fell
    buy/sell bought/sold create/destroy created/destroyed build/destroy built/destroyed enter/leave entered/left
    born/died legal/illegal agree/disagree agreed/disagreed easy/difficult simple/complex ally/enemy
    allies/enemies attack/defend attacked/defended built/demolished near/far upper/lower
    """,
)
NO_NAME = frozenset(
    re.findall(
        r"\w+", "the a an in on at of by as it its he she they this that these those when while after before from"
    )
)
NEGATED = 0.15  # almost every question can be negated; more would teach that “not” means no answer
OPPOSITE_OF = {a: b for pair in OPPOSITES for a, b in (pair, pair[::-1])}


def without_answer(row: Row) -> Row | None:
    """The row with its passage less the sentence that answers; None if another sentence has the answer too."""
    answer, start = row["answers"]["text"][0], row["answers"]["answer_start"][0]
    sentences, position = split_sentences(row["context"]), 0
    for n, sentence in enumerate(sentences):
        position = row["context"].index(sentence, position)
        if position <= start < position + len(sentence):
            rest = " ".join(sentences[:n] + sentences[n + 1 :])
            return None if not rest or answer in rest else row | {"context": rest, "is_impossible": True}
        position += len(sentence)
    return None


def of_another_passage(row: Row, passages: Sequence[str]) -> Row | None:
    """The row with that of `passages` which shares most words with the question and lacks the answer; None if none."""
    answer = row["answers"]["text"][0].lower()
    question = words(row["question"])
    others = [passage for passage in passages if answer not in passage.lower()]
    if not others:
        return None
    return row | {"context": max(others, key=lambda passage: len(question & words(passage))), "is_impossible": True}


@cache
def words(text: str) -> frozenset[str]:
    """The words of a text in lower case, the short ones left out, which are mostly of grammar."""
    return frozenset(word for word in re.findall(r"\w+", text.lower()) if len(word) > 3)


def asking_otherwise(row: Row, rng: np.random.Generator) -> Row | None:
    """The row with another name, number, opposite word or, seldom, a negation in its question; None if none fits."""
    turns = [other_name, opposite] if rng.random() > NEGATED else [negated]
    found = [question for question in (turn(row, rng) for turn in turns) if question]
    return row | {"question": str(rng.choice(found)), "is_impossible": True} if found else None


def other_name(row: Row, rng: np.random.Generator) -> str:
    """The question with one of its names or numbers replaced by another one of the passage; empty if there is none."""
    question, answer = row["question"], row["answers"]["text"][0]
    for pattern in rng.permutation([NAME, NUMBER]):
        ours = [m for m in pattern.finditer(question) if m.start()]  # the first word is no name
        theirs = sorted({m[0] for m in pattern.finditer(row["context"])})
        theirs = [t for t in theirs if t not in question and t not in answer and t.lower() not in NO_NAME]
        if ours and theirs:
            old = ours[int(rng.integers(len(ours)))]
            return question[: old.start()] + str(rng.choice(theirs)) + question[old.end() :]
    return ""


def opposite(row: Row, rng: np.random.Generator) -> str:
    """The question with one word turned into its opposite; empty if it has none that we know."""
    parts = row["question"].split(" ")
    places = [n for n, word in enumerate(parts) if word in OPPOSITE_OF]
    if places:
        n = int(rng.choice(places))
        parts[n] = OPPOSITE_OF[parts[n]]
    return " ".join(parts) if places else ""


def negated(row: Row, rng: np.random.Generator) -> str:
    """The question with its auxiliary verb negated; empty if it has none."""
    question, count = AUXILIARY.subn(lambda m: m[0] + "n't", row["question"], count=1)
    return question if count else ""
