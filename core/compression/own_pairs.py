"""Pairs of sentences of our own for models that judge inference: does the second follow from the first?

Somebody did something at some time. What is said next follows from that, contradicts it, or adds what nobody can know.
"""

from collections.abc import Sequence
from functools import cache
from random import Random

from core.finetuning.gather import TrainingRow

DRAWS = 2  # of people and times for each scene and each template
SCENES_APART, TEMPLATES_APART = 8, 1  # held out where a student learns; of the templates so many of each label
SCENES = tuple(  # what can be done, its past and participle, to what, and the past of its opposite
    tuple(line.split(", "))
    for line in """\
open, opened, opened, the window, closed
buy, bought, bought, the red bicycle, sold
lose, lost, lost, the house key, found
break, broke, broken, the blue vase, mended
repair, repaired, repaired, the garden fence, damaged
fill, filled, filled, the water tank, emptied
win, won, won, the game of chess, lost
accept, accepted, accepted, the invitation, refused
remember, remembered, remembered, the appointment, forgot
praise, praised, praised, the new menu, criticised
push, pushed, pushed, the heavy cart, pulled
raise, raised, raised, the flag, lowered
light, lit, lit, the candle, blew out
build, built, built, the wooden bridge, tore down
catch, caught, caught, the ball, dropped
save, saved, saved, the file, deleted
load, loaded, loaded, the van, unloaded
pack, packed, packed, the suitcase, unpacked
melt, melted, melted, the butter, froze
tighten, tightened, tightened, the screw, loosened
shorten, shortened, shortened, the curtains, lengthened
hide, hid, hidden, the present, displayed
start, started, started, the engine, stopped
borrow, borrowed, borrowed, the long ladder, lent out
lock, locked, locked, the back door, unlocked
refuse, refused, refused, the job offer, accepted
empty, emptied, emptied, the bookcase, filled
wrap, wrapped, wrapped, the gift, unwrapped
forget, forgot, forgotten, the umbrella, remembered
sell, sold, sold, the old piano, bought
enter, entered, entered, the tunnel, left
fold, folded, folded, the map, unfolded""".splitlines()
)
PEOPLE = (
    "teacher", "nurse", "farmer", "student", "baker", "driver", "gardener", "singer", "lawyer", "pilot", "neighbour",
    "carpenter", "waiter", "painter", "tourist", "doctor",
)  # fmt: skip
LIKE = ("tall", "young", "old", "cheerful", "tired", "friendly", "nervous", "quiet", "busy", "careful")
TIMES = (
    "on Monday morning", "last winter", "after lunch", "before the meeting", "late at night", "on Sunday",
    "yesterday", "in the summer", "at noon", "a week ago", "after the storm", "on the way home",
)  # fmt: skip
SAID = {
    "entailment": (
        "The {who} {did} {what}.", "Somebody {did} {what}.", "It was the {who} who {did} {what}.",
        "{what} {was} {done} by the {who}.",
    ),
    "neutral": (
        "The {who} {did} {what} with a friend.", "The {who} {did} {what} because of the rain.",
        "The {who} {did} {what} for the second time.", "The {who} wanted to {do} {what} again.",
    ),
    "contradiction": (
        "The {who} {opposite} {what}.", "The {who} did not {do} {what}.", "Nobody {did} {what}.",
        "{what} {was} never {done}.",
    ),
}  # fmt: skip


@cache
def pairs() -> tuple[TrainingRow, ...]:
    """Every scene with every template, in an order that mixes them."""
    return _numbered(_made(SCENES, slice(None)))


@cache
def pairs_apart() -> tuple[tuple[TrainingRow, ...], tuple[TrainingRow, ...]]:
    """Pairs to learn from, and held-out ones that nobody can know by heart: of other scenes, a quarter of them in
    templates of which none is learned."""
    train = _made(SCENES[:-SCENES_APART], slice(None, -TEMPLATES_APART))
    dev = _made(SCENES[-SCENES_APART:], slice(None))
    rows = _numbered(train + dev)
    return rows[: len(train)], rows[len(train) :]


def _made(scenes: Sequence[Sequence[str]], templates: slice) -> list[tuple[str, str, str]]:
    """First and second sentence with their label, mixed."""
    rng, found = Random(0), []
    for do, did, done, what, opposite in scenes:
        was = "were" if what == "the curtains" else "was"
        for label, known in SAID.items():
            for template in known[templates]:
                for time in rng.sample(TIMES, DRAWS):
                    who, like = rng.choice(PEOPLE), rng.choice(LIKE)
                    words = {"do": do, "did": did, "done": done, "what": what, "opposite": opposite, "was": was}
                    second = template.format(who=who, **words)
                    found.append((f"The {like} {who} {did} {what} {time}.", second[0].upper() + second[1:], label))
    rng.shuffle(found)
    return found


def _numbered(found: list[tuple[str, str, str]]) -> tuple[TrainingRow, ...]:
    """As rows."""
    return tuple(TrainingRow(n, (first, second), (label,)) for n, (first, second, label) in enumerate(found, 1))
