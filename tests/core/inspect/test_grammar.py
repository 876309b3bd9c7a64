"""Sentences of the grammar against heads and relations written down by hand."""

from collections import Counter

import pytest

from core.inspect.grammar import ParsedSentence, sentences

BY_HAND = {  # relation(head, dependent), the antecedent of a pronoun behind =; number of the subject and tense
    "A small dog was chasing a rabbit.": (
        "det(dog,A) amod(dog,small) nsubj(chasing,dog) aux(chasing,was) root(chasing) det(rabbit,a) "
        "obj(chasing,rabbit) punct(chasing,.)",
        "singular past",
    ),
    "These patient nurses are invited by Peter.": (
        "det(nurses,These) amod(nurses,patient) nsubj:pass(invited,nurses) aux:pass(invited,are) root(invited) "
        "case(Peter,by) obl:agent(invited,Peter) punct(invited,.)",
        "plural present",
    ),
    "A young son's horse usually followed the farmers.": (
        "det(son,A) amod(son,young) nmod:poss(horse,son) case(son,'s) nsubj(followed,horse) advmod(followed,usually) "
        "root(followed) det(farmers,the) obj(followed,farmers) punct(followed,.)",
        "singular past",
    ),
    "A white goat usually stole its small cheese.": (
        "det(goat,A) amod(goat,white) nsubj(stole,goat) advmod(stole,usually) root(stole) nmod:poss(cheese,its=goat) "
        "amod(cheese,small) obj(stole,cheese) punct(stole,.)",
        "singular past",
    ),
    "The hungry white rabbits licked an apple because they were bored.": (
        "det(rabbits,The) amod(rabbits,hungry) amod(rabbits,white) nsubj(licked,rabbits) root(licked) det(apple,an) "
        "obj(licked,apple) mark(bored,because) nsubj(bored,they=rabbits) cop(bored,were) advcl(licked,bored) "
        "punct(licked,.)",
        "plural past",
    ),
    "The tall old kings that the wild horses chased work in the garden.": (
        "det(kings,The) amod(kings,tall) amod(kings,old) nsubj(work,kings) obj(chased,that) det(horses,the) "
        "amod(horses,wild) nsubj(chased,horses) acl:relcl(kings,chased) root(work) case(garden,in) det(garden,the) "
        "obl(work,garden) punct(work,.)",
        "plural present",
    ),
    "David will work for Microsoft in Tokyo again.": (
        "nsubj(work,David) aux(work,will) root(work) case(Microsoft,for) obl(work,Microsoft) case(Tokyo,in) "
        "obl(work,Tokyo) advmod(work,again) punct(work,.)",
        "singular future",
    ),
    "The newspapers near the small station are new.": (
        "det(newspapers,The) nsubj(new,newspapers) case(station,near) det(station,the) amod(station,small) "
        "nmod(newspapers,station) cop(new,are) root(new) punct(new,.)",
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


def test_entities_numbers_and_tenses_are_told() -> None:
    found = sentences()
    entities = Counter(word.entity for one in found for word in one.words)
    assert entities.keys() == {"", "PER", "LOC", "ORG"}
    assert {one.number for one in found} == {"singular", "plural"}
    assert {one.tense for one in found} == {"present", "past", "future"}
