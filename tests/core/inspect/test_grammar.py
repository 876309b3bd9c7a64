"""Sentences of the grammar against heads and relations written down by hand."""

from collections import Counter

import pytest

from core.inspect.grammar import ParsedSentence, sentences

BY_HAND = {  # relation(head, dependent), the antecedent of a pronoun behind =; number of the subject and tense
    "These toads have devoured the cold fish.": (
        "det(toads,These) nsubj(devoured,toads) aux(devoured,have) root(devoured) det(fish,the) amod(fish,cold) "
        "obj(devoured,fish) punct(devoured,.)",
        "plural present",
    ),
    "The awful honey is licked by those greedy cats.": (
        "det(honey,The) amod(honey,awful) nsubj:pass(licked,honey) aux:pass(licked,is) root(licked) case(cats,by) "
        "det(cats,those) amod(cats,greedy) obl:agent(licked,cats) punct(licked,.)",
        "singular present",
    ),
    "A student's cooks broke the sock.": (
        "det(student,A) nmod:poss(cooks,student) case(student,'s) nsubj(broke,cooks) root(broke) det(sock,the) "
        "obj(broke,sock) punct(broke,.)",
        "plural past",
    ),
    "The short young architects finally guard their old sparrow.": (
        "det(architects,The) amod(architects,short) amod(architects,young) nsubj(guard,architects) "
        "advmod(guard,finally) root(guard) nmod:poss(sparrow,their=architects) amod(sparrow,old) obj(guard,sparrow) "
        "punct(guard,.)",
        "plural present",
    ),
    "The angry striped turkeys swallowed a sandwich because they were bored.": (
        "det(turkeys,The) amod(turkeys,angry) amod(turkeys,striped) nsubj(swallowed,turkeys) root(swallowed) "
        "det(sandwich,a) obj(swallowed,sandwich) mark(bored,because) nsubj(bored,they=turkeys) cop(bored,were) "
        "advcl(swallowed,bored) punct(swallowed,.)",
        "plural past",
    ),
    "The quiet princes that Peter married sat in the large library.": (
        "det(princes,The) amod(princes,quiet) nsubj(sat,princes) obj(married,that) nsubj(married,Peter) "
        "acl:relcl(princes,married) root(sat) case(library,in) det(library,the) amod(library,large) obl(sat,library) "
        "punct(sat,.)",
        "plural past",
    ),
    "Hannah will work for Boeing in Munich tonight.": (
        "nsubj(work,Hannah) aux(work,will) root(work) case(Boeing,for) obl(work,Boeing) case(Munich,in) "
        "obl(work,Munich) advmod(work,tonight) punct(work,.)",
        "singular future",
    ),
    "The boxes in the library are very fancy.": (
        "det(boxes,The) nsubj(fancy,boxes) case(library,in) det(library,the) nmod(boxes,library) cop(fancy,are) "
        "advmod(fancy,very) root(fancy) punct(fancy,.)",
        "plural present",
    ),
}


def written(sentence: ParsedSentence) -> str:
    """The relations as they are written above."""
    found = []
    for word in sentence.words:
        head = f"{sentence.words[word.head].text}," if word.head >= 0 else ""
        antecedent = f"={sentence.words[word.antecedent].text}" if word.antecedent >= 0 else ""
        found.append(f"{word.relation}({head}{word.text}{antecedent})")
    return " ".join(found)


@pytest.mark.parametrize("text", BY_HAND)
def test_relations_are_those_labelled_by_hand(text: str) -> None:
    sentence = next(one for one in sentences() if one.text == text)
    assert (written(sentence), f"{sentence.number} {sentence.tense}") == BY_HAND[text]


def test_there_are_enough_different_sentences_and_the_same_ones_for_a_seed() -> None:
    found = sentences()
    assert len({one.text for one in found}) == len(found) >= 300
    assert sentences() == found != sentences(seed=1)
    assert len(sentences(1500)) == 1500


def test_words_lie_where_they_say_and_every_head_leads_to_the_root() -> None:
    relations: Counter[str] = Counter()
    for sentence in sentences():
        assert all(sentence.text[word.start : word.end] == word.text for word in sentence.words)
        assert sum(word.head < 0 for word in sentence.words) == 1
        for word in sentence.words:
            steps = 0
            while word.head >= 0:
                word, steps = sentence.words[word.head], steps + 1
                assert steps < len(sentence.words)
        relations.update(word.relation for word in sentence.words)
        relations["pronoun"] += sum(word.antecedent >= 0 for word in sentence.words)
    wanted = ("nsubj", "obj", "det", "amod", "nmod:poss", "aux", "case", "pronoun")
    assert min(relations[name] for name in wanted) > 70


def test_there_are_many_words_and_some_are_nouns_and_verbs() -> None:
    words = {(word.text.casefold(), word.pos) for one in sentences(1200) for word in one.words}
    assert len(words) > 1300, "a probe of few words remembers each of them"
    nouns, verbs = ({word for word, pos in words if pos == wanted} for wanted in ("NOUN", "VERB"))
    assert len(nouns & verbs) >= 10, "a part of speech is not told by the word alone"


def test_entities_numbers_and_tenses_are_told() -> None:
    found = sentences()
    entities = Counter(word.entity for one in found for word in one.words)
    assert entities.keys() == {"", "PER", "LOC", "ORG"}
    assert {one.number for one in found} == {"singular", "plural"}
    assert {one.tense for one in found} == {"present", "past", "future"}
