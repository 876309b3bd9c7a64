"""English sentences of which every word's head is known, from a small grammar of our own.

Heads and relations are those of Universal Dependencies (universaldependencies.org), so that a sentence from here and
one from a CoNLL-U file (conllu.py) are of the same kind. Phrases are made in phrases.py of the words in vocabulary.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from core.inspect.phrases import (
    ANYTHING,
    FUTURE,
    LIVING,
    NOTHING,
    PAST,
    PLURAL,
    PRESENT,
    SINGULAR,
    THINGS,
    Phrase,
    PhraseWriter,
    join,
    leaf,
)
from core.inspect.vocabulary import ADJECTIVES, NOT_MORE, NOUNS, ORGANISATIONS, TIMES

SENTENCES = 450  # as many as are asked for unless it is said otherwise


@dataclass(frozen=True)
class ParsedWord:
    """A word or a punctuation mark, text[start:end] of its sentence.

    `pos` is the universal part of speech; `head` the place of the word that it depends on, -1 for the root; `relation`
    is that of Universal Dependencies, subtype included. `antecedent`: for a personal or possessive pronoun the place of
    the word it stands for; otherwise, or if that is not known, -1. `entity` is PER, LOC, ORG or empty.
    """

    text: str
    start: int
    end: int
    pos: str
    head: int
    relation: str
    antecedent: int = -1
    entity: str = ""


@dataclass(frozen=True)
class ParsedSentence:
    """A sentence with its words in order. `number` is that of its subject, singular or plural; `tense` that of its main
    verb, present, past or future. Either is empty if it is not known."""

    text: str
    words: tuple[ParsedWord, ...]
    number: str = ""
    tense: str = ""


def sentences(count: int = SENTENCES, seed: int = 0) -> tuple[ParsedSentence, ...]:
    """So many different sentences, the same ones for the same seed, up to a few thousand. Patterns take turns; those
    with pronouns come up twice in each round. No content word stands twice in a sentence."""
    writer = _Writer(Random(seed))
    pronouns = (writer.own, writer.because, writer.after)
    patterns: Sequence[Callable[[], _Clause]] = (
        *(writer.plain, writer.with_auxiliary, writer.passive, writer.possessive, *pronouns),
        *(writer.attractor, writer.which, writer.somewhere, writer.named, writer.described, *pronouns),
    )
    found: dict[str, ParsedSentence] = {}
    turn = 0
    while len(found) < count:
        sentence = _finish(patterns[turn % len(patterns)]())
        content = [word.text for word in sentence.words if word.pos in ("NOUN", "ADJ", "VERB", "PROPN")]
        if sentence.text not in found and len(content) == len(set(content)):
            found[sentence.text] = sentence
            turn += 1
    return tuple(found.values())


@dataclass
class _Clause:
    """A sentence before its full stop."""

    phrase: Phrase
    plural: bool
    tense: str


def _finish(clause: _Clause) -> ParsedSentence:
    """The sentence as it is written, with a capital letter and a full stop."""
    drafts = join(("", clause.phrase), ("punct", leaf(".", "PUNCT"))).words
    place = {id(draft): n for n, draft in enumerate(drafts)}
    text, words = "", []
    for n, draft in enumerate(drafts):
        written = draft.text if n else draft.text[0].upper() + draft.text[1:]
        glued = n == 0 or written == "'s" or draft.pos == "PUNCT"
        start = len(text) + (not glued)
        text += ("" if glued else " ") + written
        head = place[id(draft.head)] if draft.head else -1
        antecedent = place[id(draft.antecedent)] if draft.antecedent else -1
        words.append(ParsedWord(written, start, len(text), draft.pos, head, draft.relation, antecedent, draft.entity))
    return ParsedSentence(text, tuple(words), PLURAL if clause.plural else SINGULAR, clause.tense)


class _Writer(PhraseWriter):
    """Makes sentences by chance, one pattern each."""

    def plain(self) -> _Clause:
        """The young farmer often sells fresh bread in the market."""
        who = self.actor()
        verb = self.verb(who.kind)
        done, tense = self.finite(verb, who.plural)
        rest = [("obl", self.where())] if self.random.random() < 0.4 else []
        phrase = join(("nsubj", who), *self.adverb(), ("", done), ("obj", self.object_of(verb)), *rest)
        return _Clause(phrase, who.plural, tense)

    def with_auxiliary(self) -> _Clause:
        """The dogs have been chasing a cat."""
        who = self.actor()
        verb = self.verb(who.kind)
        auxiliaries, form, tense = self.compound(verb, who.plural)
        helpers = [("aux", leaf(text, "AUX")) for text in auxiliaries]
        words = (("nsubj", who), *helpers, *self.adverb(), ("", leaf(form, "VERB")), ("obj", self.object_of(verb)))
        return _Clause(join(*words), who.plural, tense)

    def passive(self) -> _Clause:
        """The letters were written by the old teacher."""
        who = self.actor()
        verb = self.verb(who.kind)
        what = self.object_of(verb)
        many = what.plural
        auxiliary, tense = self.random.choice((("are" if many else "is", PRESENT), ("were" if many else "was", PAST)))
        agent = join(("case", leaf("by", "ADP")), ("", who))
        helper = ("aux:pass", leaf(auxiliary, "AUX"))
        done = leaf(verb.participle, "VERB")
        phrase = join(("nsubj:pass", what), helper, *self.adverb(), ("", done), ("obl:agent", agent))
        return _Clause(phrase, many, tense)

    def possessive(self) -> _Clause:
        """Anna's brother repaired the old car."""
        owner = self.name() if self.random.random() < 0.6 else self.noun("person", plural=False)
        owned = self.random.choice(("person", "animal"))
        noun = self.random.choice([one for one in NOUNS[owned] if one.owned])
        many = self.random.random() < 0.3
        main = leaf(noun.plural if many else noun.singular, "NOUN")
        whose = join(("", owner), ("case", leaf("'s", "PART")))
        who = join(("nmod:poss", whose), *self.sometimes(owned), ("", main))
        verb = self.verb(owned)
        done, tense = self.finite(verb, many)
        phrase = join(("nsubj", who), *self.adverb(), ("", done), ("obj", self.object_of(verb)))
        return _Clause(phrase, many, tense)

    def own(self) -> _Clause:
        """The girl sold her bicycle."""
        who = self.actor(gendered=True)
        verb = self.verb(who.kind, needs=THINGS if who.kind == "animal" else ANYTHING)
        done, tense = self.finite(verb, who.plural)
        kind = self.random.choice([one for one in verb.objects if who.kind == "person" or one in THINGS])
        noun = self.random.choice(NOUNS[kind])
        many = bool(noun.plural) and self.random.random() < 0.3
        whose = leaf(self.pronoun_for(who, ("their", "her", "his", "its")), "PRON")
        whose.top.antecedent = who.top
        what = join(
            ("nmod:poss", whose), *self.sometimes(kind), ("", leaf(noun.plural if many else noun.singular, "NOUN"))
        )
        phrase = join(("nsubj", who), *self.adverb(), ("", done), ("obj", what))
        return _Clause(phrase, who.plural, tense)

    def because(self) -> _Clause:
        """Maria helped the neighbours because she was tired."""
        return self.with_clause("because", lambda who, tense: self.state(who, tense))

    def after(self) -> _Clause:
        """The boys washed the car before they slept in the garden."""

        def later(who: Phrase, tense: str, kind: str) -> Phrase:
            verb = self.verb(kind, needs=NOTHING)
            form = verb.past if tense == PAST else (verb.base if who.plural else verb.third)
            return join(("nsubj", who), ("", leaf(form, "VERB")), ("obl", self.where()))

        word = self.random.choice(("before", "after"))
        return self.with_clause(word, lambda who, tense: later(who, tense, self.kind))

    def state(self, who: Phrase, tense: str) -> Phrase:
        """she was tired"""
        forms = ("were", "was") if tense == PAST else ("are", "is")
        state = self.random.choice(("tired", "hungry", "happy", "bored", "sad", "sick", "lonely", "nervous"))
        copula = ("cop", leaf(forms[0] if who.plural else forms[1], "AUX"))
        return join(("nsubj", who), copula, ("", leaf(state, "ADJ")))

    def with_clause(self, word: str, rest: Callable[[Phrase, str], Phrase]) -> _Clause:
        """A clause, and another that is joined to it by `word` and begins with a pronoun for the subject."""
        who = self.actor(gendered=True)
        self.kind = who.kind
        verb = self.verb(who.kind, needs=THINGS)
        done, tense = self.finite(verb, who.plural)
        many = None if who.gender else not who.plural  # or the pronoun could stand for the object
        kind = self.random.choice([one for one in verb.objects if one in THINGS])
        what = self.noun(kind, plural=many, adjectives=self.random.choice((0, 0, 1)))
        second = rest(self.pronoun(who), tense)
        marked = join(("mark", leaf(word, "SCONJ")), ("", second))
        return _Clause(join(("nsubj", who), ("", done), ("obj", what), ("advcl", marked)), who.plural, tense)

    def attractor(self) -> _Clause:
        """The teacher of the girls opens a window: a noun of the other number stands between subject and verb."""
        many = self.random.random() < 0.5
        noun = self.random.choice([one for one in NOUNS["person"] if one.plural])
        other = self.noun("person", plural=not many, definite=True, adjectives=self.random.choice((0, 0, 1)))
        beside = join(("case", leaf(self.random.choice(("behind", "near", "beside")), "ADP")), ("", other))
        main = self.around(noun, "person", many, definite=True, adjectives=self.random.choice((0, 1)))
        who = join(("", main), ("nmod", beside))
        verb = self.verb("person")
        done, tense = self.finite(verb, many)
        return _Clause(join(("nsubj", who), ("", done), ("obj", self.object_of(verb))), many, tense)

    def which(self) -> _Clause:
        """The cat that the dog chased slept in the garden: the subject is an object, too."""
        inner = self.anyone("animal" if self.random.random() < 0.4 else "person")
        verb = self.verb(inner.kind, needs=LIVING)
        kind = self.random.choice([one for one in verb.objects if one in LIVING])
        who = self.noun(kind, definite=True)
        clause = join(("obj", leaf("that", "PRON")), ("nsubj", inner), ("", leaf(verb.past, "VERB")))
        whole = join(("", who), ("acl:relcl", clause))
        main = self.verb(kind, needs=NOTHING)
        done, tense = self.finite(main, who.plural)
        return _Clause(join(("nsubj", whole), ("", done), ("obl", self.where())), who.plural, tense)

    def somewhere(self) -> _Clause:
        """The children were sleeping in the quiet garden."""
        who = self.actor()
        verb = self.verb(who.kind, needs=NOTHING)
        auxiliaries, form, tense = self.compound(verb, who.plural)
        helpers = [("aux", leaf(text, "AUX")) for text in auxiliaries]
        phrase = join(("nsubj", who), *helpers, ("", leaf(form, "VERB")), ("obl", self.where()))
        return _Clause(phrase, who.plural, tense)

    def named(self) -> _Clause:
        """Anna will work for Toyota in Paris."""
        who, (company, city) = self.name(), self.random.choice(ORGANISATIONS)
        tense = self.random.choice((PRESENT, PAST, FUTURE))
        form = {PRESENT: "works", PAST: "worked", FUTURE: "work"}[tense]
        helpers = [("aux", leaf("will", "AUX"))] if tense == FUTURE else []
        whom = join(("case", leaf("for", "ADP")), ("", leaf(company, "PROPN", "ORG")))
        where = join(("case", leaf("in", "ADP")), ("", leaf(city, "PROPN", "LOC")))
        when = [("advmod", leaf(self.random.choice(TIMES[tense]), "ADV"))] if self.random.random() < 0.5 else []
        phrase = join(("nsubj", who), *helpers, ("", leaf(form, "VERB")), ("obl", whom), ("obl", where), *when)
        return _Clause(phrase, False, tense)

    def described(self) -> _Clause:
        """The books on the table are old."""
        kind = self.random.choice(("document", "thing", "vehicle"))
        what = join(("", self.noun(kind, definite=True, adjectives=0)), ("nmod", self.where()))
        tense = self.random.choice((PRESENT, PAST))
        forms = ("are", "is") if tense == PRESENT else ("were", "was")
        degree = [("advmod", leaf("very", "ADV"))] * (self.random.random() < 0.3)
        state = leaf(
            self.random.choice([one for group in ADJECTIVES[kind] for one in group if one not in NOT_MORE]), "ADJ"
        )
        copula = ("cop", leaf(forms[0] if what.plural else forms[1], "AUX"))
        return _Clause(join(("nsubj", what), copula, *degree, ("", state)), what.plural, tense)
