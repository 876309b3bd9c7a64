"""Documents of sentences that nobody wrote, so that every test may train on them."""

import random

NOUNS = ["miller", "lantern", "orchard", "ferry", "kettle", "wagon", "violin", "harbour", "pigeon", "ladder", "meadow"]
VERBS = ["watches", "mends", "carries", "paints", "forgets", "follows", "borrows", "counts", "finds", "sells"]
ENDS = ["before the rain", "in Tarn", "after supper", "near the old mill", "for two coins", "by the river"]


def invented_sentences(rng: random.Random, count: int) -> list[str]:
    return [
        f"The {rng.choice(NOUNS)} {rng.choice(VERBS)} a {rng.choice(NOUNS)} {rng.choice(ENDS)}." for _ in range(count)
    ]


def invented_document(rng: random.Random) -> list[str]:
    """Paragraphs of short sentences."""
    sentences = invented_sentences(rng, rng.randint(16, 40))
    return [" ".join(sentences[i : i + 5]) for i in range(0, len(sentences), 5)]
