"""The words of the grammar's sentences (grammar.py), sorted by what can sensibly be said with them.

There are many, because a probe of few words remembers each of them; and some are a noun in one sentence and a verb in
another (cook, judge, record), so that a part of speech is not told by the word alone.
"""

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


def _words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


def _with_s(word: str) -> str:
    """The plural of a regular noun, the third person of a regular verb."""
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"


def _regular(base: str) -> tuple[str, str, str, str, str]:
    """All forms of a regular verb whose last letter is not doubled."""
    past = f"{base[:-1]}ied" if _with_s(base).endswith("ies") else f"{base.removesuffix('e')}ed"
    return base, _with_s(base), past, past, f"{base.removesuffix('e')}ing"


def _nouns(text: str) -> tuple[Noun, ...]:
    """Nouns written singular[/plural[/gender]][+ if somebody can have one]; without a plural the regular one is meant,
    with an empty one there is none."""
    rows = ((row.removesuffix("+").split("/"), row.endswith("+")) for row in text.split())
    return tuple(
        Noun(parts[0], (parts[1:] or [_with_s(parts[0])])[0], "".join(parts[2:]), owned) for parts, owned in rows
    )


def _verbs(subject: str, text: str) -> tuple[Verb, ...]:
    """Verbs written base third past participle gerund: kinds of objects, one per line; where only the base stands,
    several share a line and their forms are regular."""
    found = []
    for forms, objects in (line.split(":") for line in text.strip().splitlines()):
        words = forms.split()
        irregular = len(words) == 5 and words[4].endswith("ing")
        rows = [tuple(words)] if irregular else [_regular(word) for word in words]
        found += [Verb._make((*row, subject, tuple(objects.split()))) for row in rows]
    return tuple(found)


NOUNS = {
    "person": _nouns(
        "teacher+ doctor+ farmer nurse singer girl/girls/f boy/boys/m woman/women/f man/men/m baker lawyer+ student "
        "neighbour+ sister/sisters/f+ brother/brothers/m+ uncle/uncles/m+ aunt/aunts/f+ daughter/daughters/f+ "
        "son/sons/m+ grandmother/grandmothers/f+ queen/queens/f king/kings/m child/children+ friend+ cousin+ cook+ "
        "judge guard+ guide+ coach/coaches+ pilot host butcher sailor soldier painter writer/writers dancer driver+ "
        "gardener+ carpenter plumber mechanic waiter librarian engineer chemist professor scientist tailor barber "
        "dentist+ surgeon+ shepherd hunter fisherman/fishermen miner clown juggler poet actor drummer pianist "
        "violinist tourist traveller visitor+ guest+ stranger pupil+ partner+ rival+ boss/bosses+ secretary+ servant+ "
        "nephew/nephews/m+ niece/nieces/f+ father/fathers/m+ mother/mothers/f+ grandfather/grandfathers/m+ "
        "husband/husbands/m+ wife/wives/f+ princess/princesses/f prince/princes/m nun/nuns/f monk/monks/m "
        "waitress/waitresses/f widow/widows/f knight/knights/m inspector detective witness thief/thieves burglar "
        "mayor senator reporter editor+ translator scholar priest cyclist runner swimmer climber goalkeeper referee "
        "architect astronaut captain cashier clerk colleague+ landlord+ tenant+ twin+"
    ),
    "animal": _nouns(
        "dog+ cat+ horse+ rabbit+ bird+ fox goat+ monkey bear wolf/wolves lion tiger leopard elephant giraffe zebra "
        "camel+ donkey+ mule+ cow+ bull ox/oxen pig+ lamb+ calf/calves hen+ duck+ goose/geese+ turkey swan eagle hawk "
        "owl crow pigeon+ sparrow parrot+ penguin seagull snake lizard frog toad turtle+ crocodile mouse/mice rat "
        "squirrel hamster+ hedgehog badger otter beaver raccoon weasel buffalo/buffaloes "
        "kangaroo koala panda gorilla puppy+ kitten+ pony+ foal seal"
    ),
    "food": _nouns(
        "apple cake sandwich bread/ soup/ egg potato/potatoes cheese/ pear banana orange lemon peach plum cherry grape "
        "melon strawberry raspberry tomato/tomatoes carrot onion cucumber pumpkin bean mushroom cabbage rice/ pasta/ "
        "pizza sausage ham/ bacon/ steak chicken/ fish/ salad omelette pancake biscuit cookie muffin pie tart pudding "
        "chocolate/ honey/ butter/ jam/ yoghurt/ noodle dumpling burger pretzel waffle olive almond walnut peanut"
    ),
    "document": _nouns(
        "book letter story report poem newspaper novel magazine essay article diary map contract record review copy "
        "script notebook manual dictionary recipe postcard leaflet certificate invoice memo/memos document biography "
        "fable comic"
    ),
    "thing": _nouns(
        "chair table window door box lamp clock bag brush comb hammer mirror watch iron basket bottle bucket blanket "
        "pillow curtain carpet cupboard drawer shelf/shelves desk bench sofa stool bed ladder rope shovel saw axe "
        "knife/knives fork spoon plate bowl cup kettle jug pot pan tray candle lantern umbrella suitcase wallet purse "
        "necklace bracelet crown helmet shirt jacket coat scarf/scarves glove boot shoe sock trumpet violin guitar "
        "drum flute piano telescope camera radio computer keyboard printer phone fence gate statue toy doll kite "
        "puppet vase"
    ),
    "vehicle": _nouns(
        "car bicycle boat bus truck van taxi/taxis tractor train tram ferry ship yacht canoe scooter motorcycle "
        "ambulance carriage wagon sledge helicopter"
    ),
}
ADJECTIVES = {  # in groups of which only one can be true, in the order in which English puts them
    kind: tuple(tuple(group.split("/")) for group in groups.split())
    for kind, groups in {
        "person": "famous/friendly/kind/clever/patient/brave/polite/generous/cheerful/lazy/curious/stubborn/"
        "talented/elegant/modest/ambitious/careless/humble/loyal quiet/noisy tall/short young/old",
        "animal": "hungry/angry/gentle/wild/fierce/playful/sleepy/thirsty/timid/greedy/nimble big/small/huge/tiny "
        "old/young black/brown/white/grey/spotted/striped",
        "food": "delicious/good/tasty/awful/bland/spicy/salty/bitter/juicy/sticky cheap/expensive small/big warm/cold "
        "fresh/stale/frozen",
        "document": "interesting/boring/famous/beautiful/funny/confusing/tedious/brilliant/clumsy/gloomy "
        "long/short new/old/recent/ancient",
        "thing": "cheap/expensive/precious/ugly/lovely/fancy heavy/light small/big/large old/new/antique/modern "
        "green/red/blue/purple/golden broken/wooden/empty/rusty/dusty/dirty/clean/cracked",
        "vehicle": "expensive/cheap/comfortable/reliable fast/slow old/new/modern blue/red/yellow/orange/silver",
        "place": "beautiful/quiet/dark/crowded/deserted/gloomy/peaceful/lonely large/small/tiny old/new/ancient/modern",
    }.items()
}
NOT_MORE = ("broken", "wooden", "empty", "cracked", "golden", "silver", "antique", "frozen", "huge", "tiny", "awful",
            "brilliant", "delicious", "ancient", "stale")  # nothing is very wooden  # fmt: skip
PLACES = tuple(
    (preposition, Noun(noun, noun))
    for preposition, nouns in {
        "in": "garden kitchen park forest village library valley desert jungle cellar attic courtyard orchard meadow "
        "theatre cinema museum bakery workshop stable cave tunnel swamp vineyard ballroom",
        "near": "river station school church bridge hospital lake beach lighthouse castle tower fountain monument "
        "factory waterfall volcano cottage chapel cliff pond",
        "behind": "house barn hotel temple palace wall hedge shed garage warehouse greenhouse windmill",
        "at": "market harbour airport zoo circus fair gym university office theatre stadium",
    }.items()
    for noun in nouns.split()
)
NAMES = tuple(
    (name, gender)
    for gender, names in {
        "f": "Anna Maria Susan Emma Laura Julia Alice Sarah Helen Nina Clara Diana Elena Fiona Grace Hannah Irene "
        "Jane Karen Linda Martha Nora Olivia Paula Rachel Sophie Teresa Vera Wendy Zoe",
        "m": "Peter Tom David John Paul Daniel Mark Robert Simon Henry Adam Brian Carl Eric Frank George Hugo Ivan "
        "James Kevin Leo Martin Oscar Patrick Ralph Samuel Thomas Victor Walter William",
    }.items()
    for name in names.split()
)
ORGANISATIONS = tuple(
    (company, city)
    for company in ("Toyota", "Google", "Sony", "Siemens", "Boeing", "Volvo", "Microsoft", "Nokia", "Samsung", "Intel",
                    "Nestle", "Honda", "Philips", "Airbus", "Canon", "Oracle", "Bosch", "Nissan", "Panasonic", "Shell")
    for city in ("Paris", "London", "Berlin", "Madrid", "Boston", "Tokyo", "Rome", "Chicago", "Vienna", "Prague",
                 "Dublin", "Lisbon", "Athens", "Oslo", "Warsaw", "Toronto", "Sydney", "Seattle", "Munich", "Milan",
                 "Geneva", "Cairo", "Mumbai", "Delhi")
)  # fmt: skip
ADVERBS = _words(
    "often quickly carefully slowly usually quietly suddenly finally rarely always never sometimes seldom gladly "
    "calmly eagerly gently secretly proudly patiently nervously happily sadly angrily silently politely hastily "
    "bravely cheerfully lazily frequently occasionally really already still"
)
TIMES = {
    "present": ("today", "now", "again", "nowadays", "currently"),
    "past": ("yesterday", "then", "before", "earlier", "once"),
    "future": ("tomorrow", "soon", "again", "later", "tonight"),
}
VERBS = (
    *_verbs(
        "person",
        """
        study studies studied studied studying: document
        write writes wrote written writing: document
        hold holds held held holding: document thing animal
        buy buys bought bought buying: food thing vehicle document
        sell sells sold sold selling: food thing vehicle
        eat eats ate eaten eating: food
        hide hides hid hidden hiding: thing document food
        steal steals stole stolen stealing: thing vehicle document
        find finds found found finding: thing document animal
        lose loses lost lost losing: thing document
        bring brings brought brought bringing: thing food document
        choose chooses chose chosen choosing: thing document vehicle
        break breaks broke broken breaking: thing
        build builds built built building: vehicle
        drive drives drove driven driving: vehicle
        meet meets met met meeting: person
        feed feeds fed fed feeding: animal
        catch catches caught caught catching: animal
        draw draws drew drawn drawing: animal vehicle thing
        drop drops dropped dropped dropping: thing food
        chop chops chopped chopped chopping: food
        ship ships shipped shipped shipping: food thing
        pet pets petted petted petting: animal
        praise describe criticise: document food person
        copy review record print publish translate sign burn correct finish: document
        cook bake fry roast taste serve peel boil slice order: food
        repair move inspect rent clean wash: thing vehicle
        paint iron brush hammer watch polish cover close open decorate lift: thing
        carry deliver collect borrow: thing food document
        park: vehicle
        steer: vehicle
        help visit thank invite call nurse judge guide coach host question greet trust warn follow admire marry: person
        guard love photograph rescue ignore approach: person animal
        train groom chase tame: animal
        sleep sleeps slept slept sleeping:
        sing sings sang sung singing:
        sit sits sat sat sitting:
        swim swims swam swum swimming:
        run runs ran run running:
        stand stands stood stood standing:
        fall falls fell fallen falling:
        work dance wait walk talk whisper shout laugh smile cry pray wander jump cough yawn march:
        """,
    ),
    *_verbs(
        "animal",
        """
        see sees saw seen seeing: animal person
        bite bites bit bitten biting: animal person
        chase follow watch attack approach frighten avoid ignore: animal person
        lick swallow chew devour taste: food
        eat eats ate eaten eating: food
        steal steals stole stolen stealing: food
        sniff: food animal
        sleep sleeps slept slept sleeping:
        run runs ran run running:
        hide hides hid hidden hiding:
        drink drinks drank drunk drinking:
        rest jump wander climb limp play roar tremble:
        """,
    ),
)
