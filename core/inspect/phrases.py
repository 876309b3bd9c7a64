"""Phrases of the grammar (grammar.py): words in order, each with the word that it depends on, chosen by chance."""

from dataclasses import dataclass
from random import Random

from core.inspect.vocabulary import ADJECTIVES, ADVERBS, NAMES, NOUNS, PLACES, VERBS, Noun, Verb

ANYTHING = frozenset(NOUNS)
LIVING = frozenset(("person", "animal"))
THINGS, NOTHING = ANYTHING - LIVING, frozenset[str]()
PLURAL, SINGULAR, PRESENT, PAST, FUTURE = "plural", "singular", "present", "past", "future"


@dataclass(eq=False)
class Draft:
    """A word whose place in the sentence is not known yet."""

    text: str
    pos: str
    entity: str = ""
    head: "Draft | None" = None
    relation: str = "root"
    antecedent: "Draft | None" = None


@dataclass
class Phrase:
    """Words in order, all of which depend on `top`, directly or through others."""

    words: list[Draft]
    top: Draft
    plural: bool = False
    kind: str = ""  # of a noun phrase: what its noun is
    gender: str = ""  # of a name or a noun: f, m or none


def leaf(text: str, pos: str, entity: str = "") -> Phrase:
    """A phrase of one word."""
    draft = Draft(text, pos, entity)
    return Phrase([draft], draft)


def join(*parts: tuple[str, Phrase]) -> Phrase:
    """The parts one after the other; each depends by its relation on the one that has none."""
    (main,) = (phrase for relation, phrase in parts if not relation)
    for relation, phrase in parts:
        if relation:
            phrase.top.head, phrase.top.relation = main.top, relation
    words = [word for _, phrase in parts for word in phrase.words]
    return Phrase(words, main.top, main.plural, main.kind, main.gender)


class PhraseWriter:
    """Makes phrases by chance."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def noun(self, kind: str, *, plural: bool | None = None, definite: bool = False, adjectives: int = -1) -> Phrase:
        """A noun of a kind with its determiner and, by chance, adjectives."""
        return self.around(self.random.choice(NOUNS[kind]), kind, plural, definite, adjectives)

    def around(self, noun: Noun, kind: str, plural: bool | None, definite: bool, adjectives: int) -> Phrase:
        """The same for this noun."""
        many = bool(noun.plural) and (self.random.random() < 0.5 if plural is None else plural)
        wanted = self.random.choice((0, 0, 1, 1, 2)) if adjectives < 0 else adjectives
        chosen = self.adjectives(kind, wanted)
        first = chosen[0] if chosen else noun.singular
        article = self.article(many, definite or not noun.plural, first)
        parts = [("det", leaf(article, "DET"))]
        parts += [("amod", leaf(adjective, "ADJ")) for adjective in chosen]
        main = leaf(noun.plural if many else noun.singular, "NOUN")
        main.plural, main.kind, main.gender = many, kind, noun.gender
        return join(*parts, ("", main))

    def adjectives(self, kind: str, wanted: int) -> list[str]:
        """So many adjectives that can all be true, in their usual order."""
        groups = ADJECTIVES[kind]
        return [self.random.choice(groups[n]) for n in sorted(self.random.sample(range(len(groups)), wanted))]

    def sometimes(self, kind: str) -> list[tuple[str, Phrase]]:
        """An adjective, or none."""
        return [("amod", leaf(text, "ADJ")) for text in self.adjectives(kind, self.random.choice((0, 0, 1)))]

    def article(self, plural: bool, definite: bool, before: str) -> str:
        """The article or a demonstrative that fits the word behind it."""
        if plural:
            return self.random.choice(("the", "the", "these", "those") if not definite else ("the",))
        if definite or self.random.random() < 0.5:
            return self.random.choice(("the", "the", "the", "this") if not definite else ("the",))
        return "an" if before[0] in "aeiou" else "a"

    def name(self) -> Phrase:
        """A person's first name."""
        text, gender = self.random.choice(NAMES)
        found = leaf(text, "PROPN", "PER")
        found.kind, found.gender = "person", gender
        return found

    def anyone(self, kind: str) -> Phrase:
        """Whoever can do something: a noun, or for a person sometimes a name."""
        return self.name() if kind == "person" and self.random.random() < 0.25 else self.noun(kind)

    def where(self) -> Phrase:
        """At some place: the preposition depends on its noun."""
        preposition, noun = self.random.choice(PLACES)
        main = self.around(noun, "place", plural=False, definite=True, adjectives=self.random.choice((0, 0, 1)))
        return join(("case", leaf(preposition, "ADP")), ("", main))

    def verb(self, subject: str, *, needs: frozenset[str] = ANYTHING) -> Verb:
        """A verb that such a subject goes with and that can be done to one of these kinds; to none, without kinds."""
        fits = (lambda verb: needs & set(verb.objects)) if needs else (lambda verb: not verb.objects)
        return self.random.choice([verb for verb in VERBS if verb.subject == subject and fits(verb)])

    def finite(self, verb: Verb, plural: bool) -> tuple[Phrase, str]:
        """The verb in the present or the past, and which of them."""
        if self.random.random() < 0.5:
            return leaf(verb.past, "VERB"), PAST
        return leaf(verb.base if plural else verb.third, "VERB"), PRESENT

    def compound(self, verb: Verb, plural: bool) -> tuple[tuple[str, ...], str, str]:
        """Auxiliaries, the form of the verb behind them, and the tense."""
        return self.random.choice(
            (
                (("are" if plural else "is",), verb.gerund, PRESENT),
                (("were" if plural else "was",), verb.gerund, PAST),
                (("have" if plural else "has",), verb.participle, PRESENT),
                (("had",), verb.participle, PAST),
                (("will",), verb.base, FUTURE),
                (("have" if plural else "has", "been"), verb.gerund, PRESENT),
            )
        )

    def adverb(self) -> list[tuple[str, Phrase]]:
        """Sometimes an adverb in front of the verb."""
        return [("advmod", leaf(self.random.choice(ADVERBS), "ADV"))] if self.random.random() < 0.4 else []

    def object_of(self, verb: Verb) -> Phrase:
        """Something that the verb can be done to."""
        return self.noun(self.random.choice(verb.objects))

    def pronoun_for(self, phrase: Phrase, forms: tuple[str, str, str, str]) -> str:
        """The form of a pronoun that stands for a phrase: of `forms` for many, a woman, a man, a thing."""
        if phrase.plural:
            return forms[0]
        return {"f": forms[1], "m": forms[2]}.get(phrase.gender, forms[3])

    def pronoun(self, phrase: Phrase) -> Phrase:
        """A pronoun as the subject of a clause, with its antecedent."""
        found = leaf(self.pronoun_for(phrase, ("they", "she", "he", "it")), "PRON")
        found.top.antecedent, found.plural = phrase.top, phrase.plural
        return found

    def actor(self, *, gendered: bool = False) -> Phrase:
        """Who does something; with `gendered` one for whom there is a pronoun."""
        while True:
            found = self.anyone(self.random.choice(("person", "person", "animal")))
            if not gendered or found.plural or found.gender or found.kind == "animal":
                return found
