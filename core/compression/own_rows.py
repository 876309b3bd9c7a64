"""Labelled rows of our own on which smaller versions are scored where nobody brings a file.

Reviews are the 48 that people wrote for this project, and sentences put together from templates; sentences with names
come from the grammar of core/inspect/grammar.py, pairs of sentences from own_pairs.py. They are simple: scores on them
say how much a smaller version loses rather than how good the model is.
"""

from functools import cache
from random import Random

from core.checkpoints.catalog import Checkpoint
from core.compression.own_pairs import pairs
from core.finetuning.gather import TrainingRow
from core.inspect.claims.reviews import labelled_reviews
from core.inspect.grammar import sentences

TEMPLATES = 352  # reviews from templates, half of them positive
TEMPLATES_APART = 4  # of each class, from which held-out reviews come
NAMES = 400  # sentences with names
THINGS = (
    "film", "book", "hotel", "concert", "restaurant", "phone", "lamp", "jacket", "play", "album", "museum", "course",
    "keyboard", "series", "café", "tent",
)  # fmt: skip
SAID = {
    "positive": (
        "I loved this {} from the first minute.", "A wonderful {}, and worth every cent.", "This {} made my week.",
        "The {} was beautiful and full of charm.", "I enjoyed every minute of this {}.", "What a lovely {}!",
        "I have never seen a better {}.", "The {} is excellent in every way.", "A {} to come back to.",
        "A brilliant {}, fresh and full of ideas.", "The {} is warm, honest and great fun.",
        "We were delighted with the {}.", "Everything about the {} was a pleasure.",
        "The {} is clever, warm and beautifully made.",
    ),
    "negative": (
        "I regretted this {} after the first minute.", "A terrible {}, and a waste of money.",
        "This {} ruined my week.", "I would not recommend the {} to anyone.", "The {} was far worse than I expected.",
        "What an awful {}!", "I have never seen a worse {}.", "The {} is poor in every way.",
        "A {} that I will never come back to.", "I expected a lovely {} and was badly disappointed.",
        "The {} is slow, tired and no fun.", "Not a single thing about this {} pleased me.",
        "Everything about the {} was a disappointment.", "The {} is dull, cold and badly made.",
    ),
}  # fmt: skip


def own_rows(row: Checkpoint) -> tuple[TrainingRow, ...]:
    """The rows that suit a checkpoint that labels texts, pairs of texts or words."""
    if row.head == "token-classification":
        return sentences_with_names()
    return pairs() if row.zero_shot else reviews()


@cache
def reviews() -> tuple[TrainingRow, ...]:
    """Short reviews, positive or negative, in an order that mixes them."""
    rng = Random(0)
    found = list(labelled_reviews())
    for label, templates in SAID.items():
        every = [template.format(thing) for template in templates for thing in THINGS]
        found += [(text, label) for text in rng.sample(every, TEMPLATES // 2)]
    rng.shuffle(found)
    return tuple(TrainingRow(n, (text,), (label,)) for n, (text, label) in enumerate(found, 1))


@cache
def reviews_apart() -> tuple[tuple[TrainingRow, ...], tuple[TrainingRow, ...]]:
    """Reviews to learn from, and held-out ones that nobody can know by heart: those that people wrote, and those from
    templates of which none is learned from."""
    found: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], list(labelled_reviews()))
    for label, templates in SAID.items():
        for n, template in enumerate(templates):
            part = found[n >= len(templates) - TEMPLATES_APART]
            part += [(template.format(thing), label) for thing in THINGS]
    for part in found:
        Random(0).shuffle(part)
    texts = [TrainingRow(n, (text,), (label,)) for n, (text, label) in enumerate([*found[0], *found[1]], 1)]
    return tuple(texts[: len(found[0])]), tuple(texts[len(found[0]) :])


@cache
def sentences_with_names() -> tuple[TrainingRow, ...]:
    """Sentences in which every person, place and organisation is tagged."""
    found = []
    for number, sentence in enumerate(sentences(NAMES), 1):
        tags, before = [], ""
        for word in sentence.words:
            tags.append(f"{'I' if word.entity == before else 'B'}-{word.entity}" if word.entity else "O")
            before = word.entity
        found.append(TrainingRow(number, tuple(word.text for word in sentence.words), tuple(tags)))
    return tuple(found)
