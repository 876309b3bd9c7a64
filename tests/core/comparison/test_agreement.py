"""How far results agree, result by result against what a person would say."""

from dataclasses import replace

import numpy as np
import pytest

from core.comparison import agreement, change, differences
from core.comparison.overlap import overlap
from core.files.rows import rows
from core.provenance import Provenance, Result, Timing
from core.tasks import TASKS
from core.tasks.ablation.schema import AblationResult
from core.tasks.attention.agreement import divergences
from core.tasks.attention.schema import AttentionResult
from core.tasks.attribution.schema import AttributedWord, AttributionResult
from core.tasks.candidate_ranking.schema import Candidate, CandidateRankingResult
from core.tasks.feature_extraction.schema import FeatureExtractionResult
from core.tasks.fill_mask.schema import Fill, FillMaskResult, MaskFills
from core.tasks.forward_pass.schema import ForwardPassRequest
from core.tasks.hidden_states.schema import HiddenStatesResult
from core.tasks.logit_lens.schema import FollowedWord, LensGap, LogitLensResult
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodResult, ScoredPiece
from core.tasks.question_answering.agreement import NO_ANSWER
from core.tasks.question_answering.schema import Answer, QuestionAnsweringResult
from core.tasks.replaced_token_detection.schema import JudgedToken, ReplacedTokenDetectionResult
from core.tasks.sentence_similarity.schema import SentenceSimilarityResult
from core.tasks.text_classification.schema import LabelScore, TextClassificationResult
from core.tasks.token_classification.schema import Entity, TokenClassificationResult
from core.tasks.word_in_context.schema import WordInContextResult
from tests.passed import passed


def cost(checkpoint: str = "a") -> Provenance:
    return Provenance(checkpoint, "1", "float32", "cpu", 5, Timing())


def fills(*gaps: dict[str, float], by: str = "a") -> FillMaskResult:
    masks = [MaskFills(n, n + 1, tuple(Fill(word, p, 1) for word, p in gap.items()), 1.0) for n, gap in enumerate(gaps)]
    return FillMaskResult("_" * len(gaps), tuple(masks), cost(by))


def candidates(**shares: float) -> CandidateRankingResult:
    found = tuple(Candidate(word, (word,), -1.0, share) for word, share in shares.items())
    return CandidateRankingResult("___", 0, 3, found, cost())


def surprise(text: str, *probabilities: float, by: str = "a") -> PseudoLikelihoodResult:
    pieces, start = [], 0
    for n, (word, p) in enumerate(zip(text.split(), probabilities, strict=True)):
        pieces.append(ScoredPiece(word, start, start + len(word), n, float(np.log(p)), 1, 1.0, (Fill("x", 0.1, 1),)))
        start += len(word) + 1
    return PseudoLikelihoodResult(text, tuple(pieces), cost(by))


def swaps(text: str, *scores: float, by: str = "a") -> ReplacedTokenDetectionResult:
    tokens, start = [], 0
    for n, (word, score) in enumerate(zip(text.split(), scores, strict=True)):
        tokens.append(JudgedToken(start, start + len(word), word, n, score))
        start += len(word) + 1
    return ReplacedTokenDetectionResult(text, tuple(tokens), cost(by))


def entities(*found: tuple[str, int, int, str]) -> TokenClassificationResult:
    names = tuple(Entity(group, start, end, text, 0.9) for text, start, end, group in found)
    return TokenClassificationResult("Oslo and Anna", names, (), cost())


def answer(text: str, start: int, *, none: float = 0.1, by: str = "a") -> QuestionAnsweringResult:
    empty = np.zeros((0, 2)), np.zeros(0), np.zeros(0)
    found = (Answer(text, start, start + len(text), 0.5),)
    return QuestionAnsweringResult("Who?", "x" * 50, found, none, (), *empty, cost(by))


def classes(by: str = "a", **scores: float) -> TextClassificationResult:
    return TextClassificationResult("x", tuple(LabelScore(*pair) for pair in scores.items()), cost(by))


def cosine(value: float) -> SentenceSimilarityResult:
    return SentenceSimilarityResult("a", "b", value, cost())


def vector(*values: float) -> FeatureExtractionResult:
    return FeatureExtractionResult("x", np.array(values, dtype=np.float32), cost())


def word(text: str, *values: float) -> WordInContextResult:
    return WordInContextResult(text, text, 0, len(text), np.array([[1, 1], values], dtype=np.float32), cost())


def attention(weights: np.ndarray, tokens: str = "abc") -> AttentionResult:
    means = np.zeros(weights.shape[:2], np.float32)
    every = weights.astype(np.float16), means, means
    return AttentionResult(tuple(tokens), tuple(tokens), ((0, 0),) * len(tokens), *every, cost())


def random_attention(seed: int) -> np.ndarray:
    weights = np.random.default_rng(seed).random((2, 4, 3, 3))
    return weights / weights.sum(-1, keepdims=True)


def states(seed: int, tokens: str = "abcde", layers: int = 3, hidden: int = 8) -> HiddenStatesResult:
    found = np.random.default_rng(seed).normal(size=(layers, len(tokens), hidden)).astype(np.float32)
    spans = tuple((n, n + 1) for n in range(len(tokens)))
    return HiddenStatesResult(tuple(tokens), tuple(tokens), spans, found, cost())


def lens(word: str = "paris") -> LogitLensResult:
    fills = tuple((Fill(word, score, 1),) for score in (0.1, 0.9))
    gap = LensGap(0, 3, fills, (FollowedWord(word, (5, 1), (0.1, 0.9)),))
    return LogitLensResult("___", (gap,), ("a",), ((0, 3),), ((word,),) * 2, np.ones((2, 1), np.float32), False, cost())


def attributed(**scores: float) -> AttributionResult:
    words = tuple(AttributedWord(0, n, n + 1, text, score) for n, (text, score) in enumerate(scores.items()))
    return AttributionResult("", "", "the cosine", "integrated-gradients", 1.0, 0.0, words, 0.0, 25, cost())


def ablated(after: float = 0.5) -> AblationResult:
    falls = np.array([[0.1, -0.2]], np.float32)
    return AblationResult("", "", "positive", 0.9, after, 2.0, 1.0, "heads", falls, falls, cost())


OSLO, ANNA = ("Oslo", 0, 4, "LOC"), ("Anna", 9, 13, "PER")
ONE_OF_EACH: list[Result] = [
    fills({"paris": 0.6, "lyon": 0.2}),
    candidates(he=0.7, she=0.3),
    surprise("it is", 0.5, 0.5),
    swaps("a carpet", 0.1, 0.9),
    entities(OSLO, ANNA),
    answer("Ada", 3),
    classes(positive=0.7, negative=0.3),
    cosine(0.5),
    vector(1, 0),
    word("bank", 1, 0),
    attention(random_attention(1)),
    states(1),
    lens(),
    attributed(great=0.7, it=-0.2),
    ablated(),
    passed(ForwardPassRequest("Two cats."), cost()),
]


def test_every_kind_of_result_can_be_compared() -> None:
    assert {task.result for task in TASKS.values()} == {type(one) for one in ONE_OF_EACH}


@pytest.mark.parametrize("one", ONE_OF_EACH, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_same_results_agree_wholly(one: Result, count: int) -> None:
    found = agreement([one] * count)
    assert found.share == pytest.approx(1, abs=1e-3)
    assert found.odd == (frozenset(),) * count
    assert found.sentence.endswith(".")
    assert change(one, one).odd == (frozenset(),) * 2
    assert not any(one.size for one in differences(one, one))


def test_words_are_compared_on_the_last_layer() -> None:
    assert agreement([word("bank", 1, 0), word("bank", 3, 4)]).sentence == (
        "The cosine of the two vectors of “bank” is 0.60."
    )
    assert "of “bank” and “banks” is 0.00" in change(word("bank", 1, 0), word("banks", 0, 2)).sentence


def test_fills_agree_gap_by_gap() -> None:
    a, b = fills({"paris": 0.6, "lyon": 0.2}, {"london": 0.5}), fills({"paris": 0.5, "rome": 0.3}, {"york": 0.5})
    found = agreement([a, b])
    assert (
        found.sentence == "In gap 1 both predict “paris” (0.60 and 0.50); in gap 2 they disagree: “london” and “york”."
    )
    assert found.odd == ({(0, "lyon"), (1, "london")}, {(0, "rome"), (1, "york")})
    assert agreement([fills({"a": 1}), fills({"b": 1})]).sentence == "They disagree: “a” and “b”."
    assert (
        agreement([fills({"a": 1}), fills({"a": 1}), fills({"a": 1})]).sentence
        == "All three predict “a” (1.00, 1.00 and 1.00)."
    )
    many = [fills(*[{"a": 1.0}] * 5), fills(*[{"a": 1.0}] * 4, {"b": 1.0})]
    assert agreement(many).sentence == "Both predict the same word in 4 of 5 gaps."


def test_a_fill_written_in_two_ways_does_not_hide_one_that_is_not_listed() -> None:
    found = differences(fills({"University": 0.5, "university": 0.1}), fills({"hall": 0.3, "university": 0.2}))
    assert [(one.name, one.before, one.after, one.at_least) for one in found] == [
        ("University", pytest.approx(0.6), 0.2, False),
        ("hall", 0.1, 0.3, True),
    ]


def test_fills_are_compared_whatever_their_capitals() -> None:
    a, b = fills({"university": 0.8, "hall": 0.2}), fills({"University": 0.5, "Hall": 0.2, "hall": 0.1})
    found = agreement([a, b])
    assert found.sentence == "Both predict “university” (0.80 and 0.50)."
    assert found.share == pytest.approx((0.5 + 0.2) / (0.8 + 0.3))
    assert found.odd == (frozenset(), frozenset())
    assert [(one.name, one.before, one.after) for one in differences(a, b)] == [
        ("university", 0.8, 0.5),
        ("hall", 0.2, pytest.approx(0.3)),
    ]


def test_a_fill_that_is_not_listed_counts_at_most_as_the_last_one() -> None:
    before, after = fills({"a": 0.6, "b": 0.3, "c": 0.05}), fills({"a": 0.4, "b": 0.35, "d": 0.2})
    found = {one.name: (round(one.size, 2), one.at_least) for one in differences(before, after)}
    assert found == {"a": (-0.2, False), "b": (0.05, False), "d": (0.15, True)}


def test_fills_of_two_texts() -> None:
    assert change(fills({"a": 0.5}), fills({"b": 0.4})).sentence == "“a” (0.50) becomes “b” (0.40)."
    stays = change(fills({"a": 0.5}), fills({"a": 0.9}, {"b": 0.4})).sentence
    assert stays.startswith("“a” stays first, and its probability rises from 0.50 to 0.90 (+0.40).")
    assert stays.endswith("A has 1 gap, B has 2.")


def test_orders_of_candidates() -> None:
    same = agreement([candidates(he=0.7, she=0.2, they=0.1), candidates(he=0.5, she=0.3, they=0.2)])
    assert same.sentence == "Both give the same order, with “he” first."
    behind = agreement([candidates(he=0.7, she=0.2, they=0.1), candidates(he=0.7, they=0.2, she=0.1)])
    assert behind.sentence == "Both put “he” first; the rest of the order differs (Kendall’s τ 0.33)."
    assert behind.odd == ({"she", "they"},) * 2
    turned = agreement([candidates(he=0.7, she=0.2, they=0.1), candidates(they=0.7, she=0.2, he=0.1)])
    assert turned.sentence == "They disagree on the first word: “he” and “they” (Kendall’s τ −1.00)."
    assert change(candidates(a=0.6, b=0.4), candidates(b=0.9, a=0.1)).sentence == (
        "“a” (0.60) was first; now “b” (0.90) is."
    )


def test_a_word_that_surprises_only_one() -> None:
    found = agreement([surprise("keys is", 0.5, 0.001, by="a"), surprise("keys is", 0.4, 0.5, by="b")])
    assert found.sentence == (
        "Biggest disagreement: “is” (0.001 for a, 0.5 for b). One word is at least ten times as likely for one as "
        "for another."
    )
    assert found.odd == ({(5, 7)},) * 2
    close = agreement([surprise("keys is", 0.5, 0.3), surprise("keys is", 0.4, 0.5)])
    assert close.sentence.startswith("All words are about equally likely for both")
    assert not close.odd[0]


def test_words_of_two_texts_are_laid_side_by_side() -> None:
    before, after = surprise("keys is there", 0.5, 0.01, 0.4), surprise("the keys are there", 0.5, 0.5, 0.3, 0.004)
    found = change(before, after)
    assert "“there” changes most: 100.0 times less probable" in found.sentence
    assert "“is” (0.01) becomes “are” (0.3)" in found.sentence
    assert found.odd == ({(5, 7), (8, 13)}, {(0, 3), (9, 12), (13, 18)})
    assert [one.name for one in differences(before, after)] == ["there", "keys"]


def test_words_that_look_swapped() -> None:
    text = "the chef cooked the carpet"
    a, b = swaps(text, 0, 0.1, 0.6, 0, 0.93), swaps(text, 0, 0, 0, 0, 0.9, by="b")
    found = agreement([a, b])
    assert found.sentence == (
        "They agree on 1 of 2 words that look swapped; they differ most on “cooked”: 0.60 for a, 0.00 for b."
    )
    assert found.odd == ({(9, 15)}, frozenset())
    assert found.share == pytest.approx(0.9 / (0.1 + 0.6 + 0.93))
    assert agreement([b, b]).sentence == "Both find the same word swapped."
    assert agreement([b, swaps(text, 0, 0, 0, 0, 0.4)]).sentence.startswith("They agree on 0 of 1 word that looks")
    nothing = agreement([swaps("it rained", 0.01, 0.02), swaps("it rained", 0.03, 0.01)])
    assert (nothing.sentence, nothing.share) == ("Both find nothing swapped.", None)
    nearly = agreement([swaps("it rained", 0.01, 0.4), swaps("it rained", 0.01, 0.1, by="b")]).sentence
    assert nearly == "Both find nothing swapped; they differ most on “rained”: 0.40 for a, 0.10 for b."
    assert agreement([swaps("", by="a"), swaps("", by="b")]).odd == (frozenset(),) * 2


def test_swaps_of_two_texts() -> None:
    before = swaps("the chef ate the carpet", 0, 0.3, 0.1, 0, 0.93)
    after = swaps("the chef ate fish", 0, 0.1, 0.02, 0.1)
    found = change(before, after)
    assert found.sentence == (
        "The most suspicious word was “carpet” (0.93); now nothing looks swapped; "
        "among the unchanged words, “chef” changes most: 0.30 to 0.10."
    )
    assert found.odd == ({(17, 23)}, frozenset())
    carpet, fish = swaps("eat the carpet", 0, 0, 0.93), swaps("eat the fish", 0, 0, 0.02)
    assert change(fish, carpet).sentence == (
        "Nothing looked swapped; now “carpet” (0.93) does; “fish” (0.02) becomes “carpet” (0.93)."
    )
    assert change(carpet, swaps("drink the carpet", 0.6, 0, 0.9)).sentence == (
        "“carpet” stays the most suspicious word, and its probability falls from 0.93 to 0.90 (−0.03); "
        "“eat” (0.00) becomes “drink” (0.60)."
    )
    assert change(carpet, swaps("eat my carpet", 0, 0.95, 0.9)).sentence.startswith(
        "The most suspicious word was “carpet” (0.93); now it is “my” (0.95); “the” (0.00) becomes “my” (0.95)"
    )
    assert change(fish, fish).sentence == "Nothing looks swapped in either of them."
    assert [one.name for one in differences(before, after)] == ["chef", "ate", "the"]


def test_names_agree_if_borders_and_kind_do() -> None:
    found = agreement([entities(OSLO, ANNA), entities(OSLO, ("Anna", 9, 13, "ORG")), entities(OSLO)])
    assert found.sentence == "They agree on 1 of 3 names."
    assert found.odd == ({(9, 13, "PER")}, {(9, 13, "ORG")}, frozenset())
    assert agreement([entities(), entities()]).sentence == "Both find no names."
    assert agreement([entities(OSLO), entities(OSLO)]).sentence == "Both find the same name."
    assert change(entities(OSLO), entities(ANNA)).sentence.startswith("No name stays; “Oslo” (LOC) is gone")
    moved = change(entities(OSLO, ANNA), entities(("Oslo", 4, 8, "LOC"), ("Rome", 0, 4, "LOC")))
    assert moved.sentence == "1 name stays; “Anna” (PER) is gone; “Rome” (LOC) is new."
    assert moved.odd == ({(9, 13, "PER")}, {(0, 4, "LOC")})


def test_answers() -> None:
    assert agreement([answer("Ada", 3), answer("Ada", 3)]).sentence == "Both mark the same answer, “Ada”."
    none = answer("Ada", 3, none=0.9, by="b")
    found = agreement([answer("Ada", 3), none])
    assert found.sentence == "They disagree: a says “Ada”; b says there is no answer."
    assert found.odd == ({(3, 6)}, {NO_ANSWER})
    assert agreement([none, none]).sentence == "Both say there is no answer."
    borders = agreement([answer("Ada", 3), answer("Ada L.", 3, by="b")]).sentence
    assert borders == "Both mark the same place with different boundaries: a says “Ada”; b says “Ada L.”."
    assert change(answer("Ada", 3), none).sentence == "The answer “Ada” is lost: now there is none."
    assert change(none, answer("Ada", 3)).sentence == "There was no answer; now it is “Ada”."
    assert change(answer("Ada", 3), answer("Bob", 9)).sentence == "The answer was “Ada”; now it is “Bob”."
    assert {one.name for one in differences(answer("Ada", 3), none)} == {"Ada", "no answer"}


def test_classes() -> None:
    found = agreement([classes(good=0.9, bad=0.1), classes(good=0.59, bad=0.41)])
    assert found.sentence == "Both say “good”; the probabilities differ by at most 0.31."
    apart = agreement([classes(good=0.9, bad=0.1), classes("b", bad=0.9, good=0.1), classes("c", bad=0.8, good=0.2)])
    assert apart.sentence == "They disagree: a says “good”; b and c say “bad”."
    assert apart.odd == ({"good"}, {"bad"}, {"bad"})
    assert change(classes(good=0.9, bad=0.1), classes(bad=0.6, good=0.4)).odd == ({"good"}, {"bad"})
    (first, _) = differences(classes(good=0.9, bad=0.1), classes(good=0.4, bad=0.6))
    assert first.size == pytest.approx(-0.5)


def test_cosines_and_vectors() -> None:
    assert agreement([cosine(0.54), cosine(0.66)]).sentence == "The cosines differ by 0.12: 0.54 to 0.66."
    assert change(cosine(0.54), cosine(0.66)).sentence == "The cosine rises from 0.54 to 0.66 (+0.12)."
    assert agreement([vector(1, 0), vector(1, 1)]).sentence == "The cosine of the two vectors is 0.71."
    assert agreement([vector(1, 0), vector(-1, 0)]).share == 0
    sizes = agreement([vector(1, 0), vector(1, 0, 0)])
    assert sizes.sentence == "The vectors have 2 and 3 dimensions, so they cannot be compared."
    assert sizes.share is None


def test_heads_against_the_formula() -> None:
    one, other = random_attention(1), random_attention(2)
    p, q = one.astype(np.float16).astype(float), other.astype(np.float16).astype(float)
    p, q = p / p.sum(-1, keepdims=True), q / q.sum(-1, keepdims=True)
    m = (p + q) / 2
    expected = ((p * np.log2(p / m)).sum(-1) + (q * np.log2(q / m)).sum(-1)).mean(-1) / 2
    np.testing.assert_allclose(divergences(attention(one), attention(other)), expected, atol=1e-4)


def test_the_head_that_differs_is_named() -> None:
    one = random_attention(1)
    other = one.copy()
    other[1, 2] = np.eye(3)
    found = agreement([attention(one), attention(other)])
    assert "most in layer 2 head 3" in found.sentence
    assert (2, 3) in found.odd[0]
    assert found.share is not None and 0.9 < found.share < 1
    assert "cannot be compared" in agreement([attention(one), attention(one, "abd")]).sentence
    assert change(attention(one), attention(other, "abd")).sentence.startswith("The tokens differ. Layer")


def test_the_overlap_of_rows() -> None:
    a, b = ([{"label": "x", "score": p}, {"label": "y", "score": 1 - p}] for p in (0.9, 0.6))
    assert overlap([a, b]) == pytest.approx((0.6 + 0.1) / (0.9 + 0.4))
    assert overlap([a, a, b]) == overlap([a, b])
    assert overlap([[], []]) == 1
    assert overlap([rows(entities(OSLO)), rows(entities(ANNA))]) == 0


def test_who_says_what_is_told_by_name() -> None:
    three = [replace(classes(good=1.0), provenance=cost(name)) for name in "abc"]
    assert agreement(three).sentence == "All three say “good” with the same probability."
