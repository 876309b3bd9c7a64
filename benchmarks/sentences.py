"""Made-up English sentences of mixed length, the same in every run."""

import random

PEOPLE = ("Ada", "Maria", "Tom", "the mayor", "a young engineer", "my neighbour", "Angela Merkel", "the old teacher")
VERBS = ("visited", "described", "painted", "repaired", "forgot", "opened", "measured", "sold", "photographed")
THINGS = ("the bridge", "a small bakery", "the annual report", "an old radio", "the museum", "her bicycle", "the train")
PLACES = ("in Paris", "near the river", "at the office of Siemens", "in Nairobi", "on the hill", "outside Boston")
TIMES = ("yesterday", "before sunrise", "last winter", "during the storm", "every second week", "after a long talk")
LINKS = (", and then ", ", although ", " because ", " while ", "; meanwhile ")


def clause(rng: random.Random) -> str:
    """Who did what, and mostly where and when."""
    parts = [rng.choice(PEOPLE), rng.choice(VERBS), rng.choice(THINGS)]
    parts += [rng.choice(PLACES)] * (rng.random() < 0.7) + [rng.choice(TIMES)] * (rng.random() < 0.6)
    return " ".join(parts)


def make_sentences(number: int, *, seed: int = 7) -> list[str]:
    """Sentences of one to six clauses, about 8 to 70 tokens, short ones more often."""
    rng = random.Random(seed)
    sentences = []
    for _ in range(number):
        clauses = [clause(rng) for _ in range(min(6, 1 + int(rng.expovariate(0.8))))]
        text = clauses[0] + "".join(rng.choice(LINKS) + c for c in clauses[1:])
        sentences.append(text[0].upper() + text[1:] + ".")
    return sentences


def mask_one_word(sentence: str, *, seed: int) -> str:
    """The sentence with `[MASK]` for one of its words."""
    words = sentence.split()
    words[random.Random(seed).randrange(len(words) - 1)] = "[MASK]"
    return " ".join(words)
