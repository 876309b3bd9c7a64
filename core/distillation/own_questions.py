"""Questions of our own on short passages about places that do not exist, some of them without an answer."""

from collections.abc import Sequence
from functools import cache
from random import Random

from core.finetuning.gather import TrainingRow

PLACES = (
    "museum", "library", "theatre", "castle", "market hall", "mill", "lighthouse", "swimming pool", "concert hall",
    "cinema", "observatory", "town hall", "chapel", "bakery", "aquarium", "skating rink", "greenhouse", "factory",
    "gallery", "boathouse", "railway museum", "tower", "brewery", "monastery",
)  # fmt: skip
TOWNS = ("Holm", "Weldon", "Arby", "Kirkford", "Lunde", "Easton", "Marrow", "Selby", "Torrin", "Hythe", "Bray", "Oxted")
NAMES = (
    "Anna Berg", "Tom Hale", "Maria Costa", "Ivan Petrov", "Lena Fischer", "Omar Said", "Grace Lin", "Paul Roy",
    "Nina Holt", "David Okoro", "Clara Dunn", "Samuel West",
)  # fmt: skip
PEOPLE = ("the baker", "the mayor", "the gardener", "a retired teacher", "the caretaker", "the postman")
FACTS = (  # what a passage says, the question to which that is the answer, and what may stand there
    ("It was opened in {}.", "When was the {} opened?", ("1887", "May 1923", "1954", "March 1978", "1996", "2011")),
    ("A ticket costs {}.", "How much is a ticket for the {}?",
     ("two euros", "four pounds", "nine euros", "six dollars", "eleven euros")),
    ("It is closed on {}.", "On which day is the {} closed?", ("Mondays", "Tuesdays", "Thursdays", "Sundays")),
    ("Its walls are painted {}.", "What colour are the walls of the {}?",
     ("dark green", "white", "pale yellow", "red", "light blue")),
    ("{} looks after the building.", "Who looks after the {}?", NAMES),
    ("There is room for {} visitors.", "How many visitors is there room for in the {}?",
     ("forty", "ninety", "two hundred", "350", "600")),
    ("The nearest bus stop is in {}.", "Where is the bus stop that is nearest to the {}?",
     ("Mill Lane", "Station Road", "Park Street", "Harbour Square", "Church Street")),
    ("In winter it is heated with {}.", "What is the {} heated with in winter?",
     ("wood", "gas", "hot water from the lake", "electricity")),
    ("Every summer {} is held there.", "What is held in the {} every summer?",
     ("a flower market", "a chess tournament", "a choir festival", "a book fair", "a dance")),
    ("The guided tour takes {}.", "How long does the guided tour of the {} take?",
     ("half an hour", "forty minutes", "an hour", "two hours")),
    ("It was rebuilt after {}.", "After what was the {} rebuilt?",
     ("a fire", "a flood", "the war", "a storm", "an earthquake")),
    ("Its oldest part is {}.", "Which part of the {} is the oldest?",
     ("the cellar", "the staircase", "the north wall", "the entrance", "the roof")),
    ("The keys are kept by {}.", "Who keeps the keys of the {}?", PEOPLE),
    ("On its roof stands {}.", "What stands on the roof of the {}?",
     ("a golden weathercock", "a small bell", "a stone lion", "a clock", "a flagpole")),
)  # fmt: skip
FACTS_APART, PLACES_APART = 4, 6  # held out: none of them is learned
PASSAGES, PASSAGES_APART = 72, 28
TOLD, ASKED = 4, 2  # facts of a passage, and those that are asked about
AskedOfPassage = tuple[tuple[str, str], tuple[str, ...], tuple[int, ...]]  # and a passage; the answers; their places


@cache
def questions_apart() -> tuple[tuple[TrainingRow, ...], tuple[TrainingRow, ...]]:
    """Questions to learn from, and held-out ones that nobody can know by heart: about other places and other kinds of
    facts. Every fourth has no answer."""
    learned = range(len(FACTS) - FACTS_APART)
    apart = range(len(FACTS) - FACTS_APART, len(FACTS))
    train = _made(PLACES[:-PLACES_APART], learned, learned, PASSAGES, seed=0)
    dev = _made(PLACES[-PLACES_APART:], apart, learned, PASSAGES_APART, seed=1)
    numbered = tuple(TrainingRow(n, *row) for n, row in enumerate([*train, *dev], 1))
    return numbered[: len(train)], numbered[len(train) :]


def _made(
    places: Sequence[str], told: Sequence[int], unknown: Sequence[int], count: int, *, seed: int
) -> list[AskedOfPassage]:
    """The questions on so many passages that are `told` some facts of these numbers; those without an answer ask about
    an `unknown` one."""
    rng = Random(seed)
    found: list[AskedOfPassage] = []
    for n in range(count):
        place = places[n % len(places)]
        chosen = rng.sample(told, TOLD)
        passage, answers = _passage(place, chosen, rng)
        answered = [("Who built the {}?", answers[0]), ("In which town is the {}?", answers[1])]
        asked = [answered[n % 2]]
        asked += [(FACTS[chosen[k]][1], answers[2 + k]) for k in rng.sample(range(TOLD), ASKED)]
        found += [((question.format(place), passage), (text,), (start,)) for question, (text, start) in asked]
        missing = rng.choice([one for one in unknown if one not in chosen])
        found.append(((FACTS[missing][1].format(place), passage), (), ()))
    rng.shuffle(found)
    return found


def _passage(place: str, facts: Sequence[int], rng: Random) -> tuple[str, list[tuple[str, int]]]:
    """A passage on a place, and each answer in it with the character where it starts: builder, town, then the facts."""
    builder, town = rng.choice(NAMES[:6]), rng.choice(TOWNS)
    text = f"The {place} in {town} was built by {builder}."
    answers = [(builder, text.rindex(builder)), (town, text.index(f" in {town}") + 4)]
    for number in facts:
        sentence, _, values = FACTS[number]
        value = rng.choice([one for one in values if one != builder])
        written = value[0].upper() + value[1:] if sentence.startswith("{") else value
        answers.append((written, len(text) + 1 + sentence.index("{")))
        text += " " + sentence.format(written)
    return text, answers
