"""One word hidden in a sentence of the encyclopedia: how often it is guessed, and how long one sentence takes."""

import random
import re
from pathlib import Path
from statistics import median

from core.checkpoints.cards import MILLISECONDS
from core.engine import Engine
from core.provenance import Request
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest
from recipes.bases import load_tokenizer
from recipes.corpora import draw_sentences
from recipes.likelihood import DETECTION, is_discriminator
from recipes.predict import Measures, answers, predict

MASK_SEED = 2024
MASKED_SENTENCES = 1000
TIMED_SENTENCES, WARM_UP = 200, 20


def measure_fill_mask(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """One word hidden in each of 1,000 sentences: how often it is the first guess, and among the first five."""
    measures, rows = measure_guesses(engine, checkpoint, file)
    return {name: measures[name] for name in ("top-1", "top-5")}, rows


def measure_guesses(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """The same, and how often the first guess is wrong and a copy of another word of the sentence."""
    pairs = hide_words(file)
    results = predict(engine, "fill-mask", checkpoint, [FillMaskRequest(text) for text, _ in pairs])
    fills = [[fill.text.strip().lower() for fill in result.masks[0].fills] for result in results]
    top1 = sum(guesses[0] == word for guesses, (_, word) in zip(fills, pairs, strict=True)) / len(pairs)
    top5 = sum(word in guesses for guesses, (_, word) in zip(fills, pairs, strict=True)) / len(pairs)
    copies = sum(
        guesses[0] != word and guesses[0] in re.findall(r"[a-z]+", text.lower())
        for guesses, (text, word) in zip(fills, pairs, strict=True)
    )
    return {"top-1": top1, "top-5": top5, "copies": copies / len(pairs)}, len(pairs)


def measure_milliseconds(engine: Engine, checkpoint: str, file: Path) -> tuple[Measures, int]:
    """Median milliseconds of the forward pass of one sentence alone: of 200, after 20 that do not count."""
    pairs = hide_words(file)[: WARM_UP + TIMED_SENTENCES]
    task, requests = timed_requests(engine, checkpoint, pairs)
    results = [result for request in requests for result in answers(engine, task, checkpoint, [request])]
    counted = [result.provenance.timing.forward_ms for result in results[WARM_UP:]]
    return {MILLISECONDS: median(counted)}, len(counted)


def timed_requests(engine: Engine, checkpoint: str, pairs: list[tuple[str, str]]) -> tuple[str, list[Request]]:
    """The task and its requests: to guess the hidden word or, of a discriminator, to read the sentence whole."""
    if is_discriminator(engine, checkpoint):
        return DETECTION, [ReplacedTokenDetectionRequest(text.replace("___", word)) for text, word in pairs]
    return "fill-mask", [FillMaskRequest(text) for text, _ in pairs]


def hide_words(file: Path) -> list[tuple[str, str]]:
    """Sentences with ___ for one alphabetic word that is a single piece to MiniLM, and that word in lower case.

    They are the same for every checkpoint, also for one to which such a word is several pieces.
    """
    vocabulary = load_tokenizer().get_vocab()
    rng = random.Random(MASK_SEED)
    pairs = []
    for sentence in draw_sentences(file, rng):
        words = sentence.split(" ")
        places = [n for n, word in enumerate(words) if word.isalpha() and word.lower() in vocabulary]
        if places and "_" not in sentence:
            place = rng.choice(places)
            pairs.append((" ".join([*words[:place], "___", *words[place + 1 :]]), words[place].lower()))
    return pairs[:MASKED_SENTENCES]
