"""Results about words of a text: fills of masks, own words, how expected each is, entities."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import exp

from core.comparison.agreement import UNMARKED, Odd
from core.tasks.candidate_ranking.schema import CandidateRankingResult
from core.tasks.fill_mask.agreement import key as fill_key
from core.tasks.fill_mask.joint import JointFillResult
from core.tasks.fill_mask.schema import FillMaskResult, MaskFills
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodResult, ScoredPiece
from core.tasks.replaced_token_detection.schema import JudgedToken, ReplacedTokenDetectionResult
from core.tasks.token_classification.agreement import key as entity_key
from core.tasks.token_classification.schema import Entity, TokenClassificationResult
from core.text.phrases import chance
from core.text.spans import by_word
from pages.ui.hiding import place
from pages.ui.markup import escape, show, subtitle, table, two_digits
from pages.ui.render.bars import Bar, bars, probability
from pages.ui.render.marked import Mark, marked
from pages.ui.render.texts import EXPLAIN

ACCENT = "var(--accent)"
REST = "everything else"
ENTITY_COLORS = {"PER": "#0072B2", "ORG": "#E69F00", "LOC": "#009E73", "MISC": "#CC79A7"}
ENTITY_NAMES = {"PER": "person", "ORG": "organisation", "LOC": "place", "MISC": "other name"}
PUT_IN = "Put it into the sentence"
UNGROUPED = "none"
SPARE_COLORS = ("#D55E00", "#56B4E9", "#8C7AE6", "#7A7A7A")


def mask_fills(result: FillMaskResult, odd: Odd = UNMARKED, *, acts: bool = False) -> None:
    """The sentence with its best words, then the bars of each gap; words in `odd` are dashed.

    With `acts`, a click on a word gives its place, as pages.ui.hiding takes it.
    """
    show(marked(result.text, [best_fill(n, mask, odd) for n, mask in enumerate(result.masks)], large=True))
    for n, mask in enumerate(result.masks, 1):
        name = f"Gap {n}" if len(result.masks) > 1 else "The gap"
        rows = [
            probability(
                f.text,
                f.score,
                best=f is mask.fills[0],
                dashed=fill_key(n - 1, f.text) in odd,
                act=place(mask.start - f.joined, mask.end, f.text) if acts else "",
                hint=PUT_IN,
            )
            for f in mask.fills
        ]
        rows.append(probability(REST, mask.rest, color="var(--muted)"))
        show(subtitle(name, sureness(mask)) + bars(rows, f"Words for {name.lower()}"))
        if mask.left_out:
            show(f'<p class="pg-legend">{left_out(mask)}</p>')


def left_out(mask: MaskFills) -> str:
    """How many tokens are not listed because they are no words."""
    count = "One token that is not a whole word (such as an ending) is"
    if mask.left_out > 1:
        count = f"{mask.left_out} tokens that are not whole words (such as endings) are"
    return f"{count} not listed and counted as “{REST}”."


def best_words(result: FillMaskResult | JointFillResult) -> tuple[str, ...]:
    """The best word of each gap."""
    return (
        result.fills[0].words if isinstance(result, JointFillResult) else tuple(m.fills[0].text for m in result.masks)
    )


def best_fill(number: int, mask: MaskFills, odd: Odd) -> Mark:
    """The best word in its gap."""
    best = mask.fills[0]
    dashed = fill_key(number, best.text) in odd
    start = mask.start - best.joined
    return Mark(start, mask.end, ACCENT, title=f"{best.score:.4f}", show=best.text, dashed=dashed)


def sureness(mask: MaskFills) -> str:
    """The entropy in words: among how many equally likely words the model would be as unsure."""
    choices = round(2**mask.entropy)
    unsure = f"about as uncertain as a choice between {choices:,} words" if choices > 1 else "nearly certain"
    return f"{unsure} ({mask.entropy:.1f} bits)"


def joint_fills(result: JointFillResult) -> None:
    """The sentence with the words that fit it best together, and the runners-up; each can be clicked."""
    best = result.fills[0]
    marks = [
        Mark(start - joined, end, ACCENT, show=word)
        for (start, end), joined, word in zip(result.spans, best.joined, best.words, strict=True)
    ]
    show(marked(result.text, marks, large=True))
    rows = [
        Bar(
            ", ".join(fill.words),
            exp(fill.log_probability - best.log_probability),
            f"{exp(fill.log_probability):.2g}",
            best=fill is best,
            act="\n".join(
                place(start - joined, end, word)
                for (start, end), joined, word in zip(result.spans, fill.joined, fill.words, strict=True)
            ),
            hint=PUT_IN,
        )
        for fill in result.fills
    ]
    note = "joint probability (bars relative to the best)"
    show(subtitle("All gaps together", note) + bars(rows, "Fills of all gaps together"))


def candidates(result: CandidateRankingResult, odd: Odd = UNMARKED, *, acts: bool = False) -> None:
    """The sentence with the best word, the shares of all as bars, and the numbers behind them; `odd` are dashed.

    With `acts`, a click on a word gives its place, as pages.ui.hiding takes it.
    """
    best = result.candidates[0]
    mark = Mark(result.start, result.end, ACCENT, show=best.text, dashed=best.text in odd)
    show(marked(result.text, [mark], large=True))
    rows = [
        probability(
            one.text,
            one.score,
            best=one is best,
            dashed=one.text in odd,
            act=place(result.start, result.end, one.text) if acts else "",
            hint=PUT_IN,
        )
        for one in result.candidates
    ]
    show(subtitle("Your words", "relative probability") + bars(rows, "Your words and their relative probabilities"))
    table_rows = [
        [
            escape(one.text),
            escape(" ".join(one.pieces)),
            f"{exp(one.log_probability):.2g}",
            f"{one.log_probability:.2f}",
        ]
        for one in result.candidates
    ]
    headers = ["Word", "Tokens", "Probability", "Log-probability"]
    show(table(headers, table_rows, "Your words and their probabilities", numeric=[2, 3]))


def expectedness(result: PseudoLikelihoodResult, odd: Odd = UNMARKED) -> None:
    """The text, less expected words in stronger colour, those in `odd` dashed, and a row for each."""
    show(marked(result.text, [surprise_mark(pieces, odd) for pieces in result.words]))
    count = max(1, len(result.pieces))
    mean = exp(-result.log_likelihood / count)
    note = f"perplexity {mean:,.0f} over {count} {'token' if count == 1 else 'tokens'}"
    show('<p class="pg-legend">The stronger the colour, the less the model expected it.</p>')
    show(subtitle(f"Pseudo-log-likelihood {two_digits(result.log_likelihood)}", note))
    headers = ["Word", "Probability", "Rank", "Entropy (bits)", "Top predictions"]
    rows = [
        [
            escape(result.text[pieces[0].start : pieces[-1].end]),
            f"{exp(together(pieces)):.4f}",
            f"{pieces[0].rank:,}" if len(pieces) == 1 else f"{len(pieces)} tokens",
            f"{pieces[0].entropy:.1f}",
            escape(", ".join(fill.text for fill in pieces[0].fills)),
        ]
        for pieces in result.words
    ]
    show(table(headers, rows, "Each word and its probability", numeric=[1, 2, 3]))


def surprise_mark(pieces: Sequence[ScoredPiece], odd: Odd) -> Mark:
    """A word on the colour of its surprise."""
    start, end, value = pieces[0].start, pieces[-1].end, together(pieces)
    return Mark(start, end, surprise_color(value), title=f"{exp(value):.4f}", dashed=(start, end) in odd)


def together(pieces: Sequence[ScoredPiece]) -> float:
    """The log-probability of a word: that of its pieces, one after the other."""
    return sum(piece.log_probability for piece in pieces)


def surprise_color(log_probability: float) -> str:
    """Orange, from clear for a certain word to full for one of a chance below one in 20,000."""
    return f"rgba(213,94,0,{min(1.0, -log_probability / 10):.2f})"


def swaps(result: ReplacedTokenDetectionResult, odd: Odd = UNMARKED) -> None:
    """The text with its words the stronger coloured the more probably they were swapped, those in `odd` dashed, and a
    row for each."""
    show(marked(result.text, [swap_mark(word, odd) for word in result.words]))
    show('<p class="pg-legend">The stronger the colour, the more likely the word was swapped.</p>')
    show(subtitle(*suspicion(result)))
    rows = [
        [escape(word.text), f"{word.score:.4f}", escape(", ".join(map(scored, pieces)) if len(pieces) > 1 else "")]
        for word, pieces in zip(result.words, by_word(result.tokens), strict=True)
    ]
    shown = 3 if any(row[2] for row in rows) else 2
    headers = ["Word", "Swapped", "Its tokens"][:shown]
    show(table(headers, [row[:shown] for row in rows], "Each word and whether it was swapped", numeric=[1]))


def swap_mark(word: JudgedToken, odd: Odd) -> Mark:
    """A word on the colour of suspicion: orange, from clear for one that belongs there."""
    color = f"rgba(213,94,0,{word.score:.2f})"
    return Mark(word.start, word.end, color, title=f"{word.score:.4f}", dashed=(word.start, word.end) in odd)


def suspicion(result: ReplacedTokenDetectionResult) -> tuple[str, str]:
    """The most suspicious word in a sentence, and a remark."""
    most, count = result.most_suspicious, len(result.suspects)
    if most is None:
        return "There is no word to judge.", ""
    word = f"“{most.text}” ({chance(most.score)})"
    if not count:
        return "Nothing looks swapped: no word is above 0.5.", f"the highest is {word}"
    above = f"{count} of {len(result.words)} words above 0.5"
    return f"The most suspicious word is {word}.", above


def scored(piece: JudgedToken) -> str:
    """A piece with its probability."""
    return f"{piece.text} {chance(piece.score)}"


def entity_color(group: str) -> str:
    """The fixed colour of an entity type, also of its B- and I- label; others get a spare one, always the same."""
    group = group.removeprefix("B-").removeprefix("I-")
    return ENTITY_COLORS.get(group) or SPARE_COLORS[sum(map(ord, group)) % len(SPARE_COLORS)]


def entities(result: TokenClassificationResult, odd: Odd = UNMARKED, *, acts: bool = False) -> None:
    """The text with its names marked, how many of each kind, and the table; names in `odd` are dashed."""
    show(marked(result.text, entity_marks(result, odd, acts=acts)))
    if not result.entities:
        show('<p class="pg-empty">No names found in this text.</p>')
        return
    counts = Counter(e.entity_group for e in result.entities)
    chips = "".join(chip(group, count) for group, count in counts.most_common())
    rows = [[escape(e.text), escape(e.entity_group), f"{e.start}–{e.end}", f"{e.score:.4f}"] for e in result.entities]
    if acts:
        show('<p class="pg-legend pg-hint">Click a name to see which words it rests on.</p>')
    show(f'<div class="pg-chips">{chips}</div>')
    show(table(["Name", "Kind", "Characters", "Score"], rows, "Names found, in text order", numeric=[2, 3]))


def entity_label(entity: Entity) -> str:
    """A name as it can be chosen."""
    return f"{entity.text} ({entity.entity_group})"


def entity_marks(result: TokenClassificationResult, odd: Odd = UNMARKED, *, acts: bool = False) -> list[Mark]:
    """A mark a name, its kind and score behind it; with `acts`, its label is what a click gives."""
    return [
        Mark(
            e.start,
            e.end,
            entity_color(e.entity_group),
            f"{e.entity_group} {chance(e.score)}",
            EXPLAIN if acts else ENTITY_NAMES.get(e.entity_group, ""),
            dashed=entity_key(e) in odd,
            act=entity_label(e) if acts else "",
        )
        for e in result.entities
    ]


def ways_of_joining(results: Sequence[TokenClassificationResult], ways: Mapping[str, str], chosen: str) -> None:
    """The text under the chosen strategy, then the names of each, with its line of `ways`, and the pieces."""
    shown = results[list(ways).index(chosen)]
    show(
        subtitle(
            "The text", f"grouped by “{chosen}”; a dashed outline below marks a name that “{chosen}” does not find"
        )
    )
    show(marked(shown.text, entity_marks(shown)))
    for result, (way, line) in zip(results, ways.items(), strict=True):
        grouped = UNGROUPED not in (way, chosen)  # single tokens are no names
        known = {entity_key(one) for one in shown.entities} if grouped else set(map(entity_key, result.entities))
        names = "".join(name_chip(one, dashed=entity_key(one) not in known) for one in result.entities)
        show(subtitle(way, line) + f'<div class="pg-chips" dir="auto">{names or "No names found."}</div>')
    rows = [[escape(t.token), escape(t.label), f"{t.score:.4f}"] for t in results[0].tokens]
    show(subtitle("Tokens", "each with its best label"))
    show(table(["Token", "Label", "Score"], rows, "Tokens with their labels", numeric=[2]))


def name_chip(entity: Entity, *, dashed: bool) -> str:
    """A name with its kind and score."""
    look = f'class="pg-chip{" dashed" if dashed else ""}" style="--c:{entity_color(entity.entity_group)}"'
    note = escape(f"{entity.entity_group} {chance(entity.score)}")
    return f"<span {look}><bdi>{escape(entity.text)}</bdi> <small>{note}</small></span>"


def chip(group: str, count: int) -> str:
    """How many names there are of a kind."""
    kind = escape(f"{group} {ENTITY_NAMES.get(group, '')}")
    return f'<span class="pg-chip" style="--c:{entity_color(group)}"><b>{count}</b> {kind}</span>'
