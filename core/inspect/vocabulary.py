"""The words of the grammar's sentences (grammar.py), sorted by what can sensibly be said with them."""

from typing import NamedTuple


class Noun(NamedTuple):
    """A noun; one without a plural has no number. `gender` is that of the pronoun for a person, f or m; `owned` if
    somebody can have one."""

    singular: str
    plural: str
    gender: str = ""
    owned: bool = False


class Verb(NamedTuple):
    """A verb in its forms, the kind of noun that does it, and the kinds that it can be done to."""

    base: str
    third: str
    past: str
    participle: str
    gerund: str
    subject: str
    objects: tuple[str, ...] = ()


def _nouns(text: str) -> tuple[Noun, ...]:
    """Nouns written singular/plural[/gender][+ if somebody can have one]."""
    rows = (row.removesuffix("+").split("/") + [row.endswith("+")] for row in text.split())
    return tuple(Noun(str(row[0]), str(row[1]), "".join(map(str, row[2:-1])), bool(row[-1])) for row in rows)


def _verbs(subject: str, text: str) -> tuple[Verb, ...]:
    """Verbs written base third past participle gerund: kinds of objects, one per line."""
    rows = (line.split(":") for line in text.strip().splitlines())
    return tuple(Verb._make((*forms.split(), subject, tuple(objects.split()))) for forms, objects in rows)


NOUNS = {
    "person": _nouns(
        "teacher/teachers+ doctor/doctors+ farmer/farmers nurse/nurses singer/singers girl/girls/f boy/boys/m "
        "woman/women/f man/men/m baker/bakers lawyer/lawyers+ student/students neighbour/neighbours+ "
        "sister/sisters/f+ brother/brothers/m+ uncle/uncles/m+ aunt/aunts/f+ daughter/daughters/f+ son/sons/m+ "
        "grandmother/grandmothers/f+ queen/queens/f king/kings/m child/children+ friend/friends+ cousin/cousins+"
    ),
    "animal": _nouns(
        "dog/dogs+ cat/cats+ horse/horses+ rabbit/rabbits+ bird/birds+ fox/foxes goat/goats+ monkey/monkeys bear/bears"
    ),
    "food": _nouns(
        "apple/apples cake/cakes sandwich/sandwiches bread/ soup/ egg/eggs potato/potatoes cheese/ pear/pears"
    ),
    "document": _nouns("book/books letter/letters story/stories report/reports poem/poems newspaper/newspapers"),
    "thing": _nouns("chair/chairs table/tables window/windows door/doors box/boxes lamp/lamps clock/clocks bag/bags"),
    "vehicle": _nouns("car/cars bicycle/bicycles boat/boats bus/buses truck/trucks"),
}
ADJECTIVES = {  # in groups of which only one can be true, in the order in which English puts them
    kind: tuple(tuple(group.split("/")) for group in groups.split())
    for kind, groups in {
        "person": "famous/friendly/kind/clever/patient/brave quiet tall young/old",
        "animal": "hungry/angry/gentle/wild big/small old/young black/brown/white",
        "food": "delicious/good cheap/expensive small/big warm/cold fresh",
        "document": "interesting/boring/famous/beautiful long/short new/old",
        "thing": "cheap/expensive heavy/light small/big old/new green/red/blue broken/wooden/empty",
        "vehicle": "expensive/cheap fast/slow old/new blue/red/yellow",
        "place": "beautiful/quiet/dark large/small old/new",
    }.items()
}
NOT_MORE = ("broken", "wooden", "empty")  # nothing is very wooden
PLACES = tuple(
    (preposition, Noun(noun, noun))
    for preposition, nouns in {
        "in": "garden kitchen park forest village library",
        "near": "river station school church bridge hospital",
        "behind": "house barn hotel museum",
        "at": "market harbour airport",
    }.items()
    for noun in nouns.split()
)
NAMES = tuple(
    (name, gender)
    for gender, names in {
        "f": "Anna Maria Susan Emma Laura Julia Alice Sarah Helen Nina",
        "m": "Peter Tom David John Paul Daniel Mark Robert Simon Henry",
    }.items()
    for name in names.split()
)
ORGANISATIONS = tuple(
    (company, city)
    for company in ("Toyota", "Google", "Sony", "Siemens", "Boeing", "Volvo", "Microsoft", "Nokia")
    for city in ("Paris", "London", "Berlin", "Madrid", "Boston", "Tokyo", "Rome", "Chicago")
)
ADVERBS = ("often", "quickly", "carefully", "slowly", "usually", "quietly", "suddenly", "finally", "rarely")
TIMES = {
    "present": ("today", "now", "again"),
    "past": ("yesterday", "then", "before"),
    "future": ("tomorrow", "soon", "again"),
}
VERBS = (
    *_verbs(
        "person",
        """
        study studies studied studied studying: document
        write writes wrote written writing: document
        hold holds held held holding: document thing animal
        praise praises praised praised praising: document food person
        buy buys bought bought buying: food thing vehicle document
        sell sells sold sold selling: food thing vehicle
        eat eats ate eaten eating: food
        cook cooks cooked cooked cooking: food
        repair repairs repaired repaired repairing: thing vehicle
        paint paints painted painted painting: thing
        carry carries carried carried carrying: thing food
        clean cleans cleaned cleaned cleaning: thing vehicle
        drive drives drove driven driving: vehicle
        help helps helped helped helping: person
        visit visits visited visited visiting: person
        thank thanks thanked thanked thanking: person
        invite invites invited invited inviting: person
        meet meets met met meeting: person
        call calls called called calling: person
        feed feeds fed fed feeding: animal
        follow follows followed followed following: person animal
        draw draws drew drawn drawing: animal vehicle thing
        sleep sleeps slept slept sleeping:
        work works worked worked working:
        sing sings sang sung singing:
        dance dances danced danced dancing:
        wait waits waited waited waiting:
        sit sits sat sat sitting:
        """,
    ),
    *_verbs(
        "animal",
        """
        chase chases chased chased chasing: animal person
        follow follows followed followed following: animal person
        watch watches watched watched watching: animal person
        lick licks licked licked licking: food
        eat eats ate eaten eating: food
        steal steals stole stolen stealing: food
        sniff sniffs sniffed sniffed sniffing: food animal
        sleep sleeps slept slept sleeping:
        rest rests rested rested resting:
        run runs ran run running:
        hide hides hid hidden hiding:
        """,
    ),
)
