"""Answers to a question. A key is an answer's (start, end), or NO_ANSWER."""

from collections.abc import Sequence

from core.comparison.agreement import Agreement, Difference, by_speaker, everybody, lacking, largest_first, moved
from core.comparison.overlap import overlap
from core.tasks.question_answering.schema import QuestionAnsweringResult, rows
from core.text.phrases import quoted
from core.text.spans import Span

NO_ANSWER = (-1, -1)
NONE = "there is no answer"


def agreement(results: Sequence[QuestionAnsweringResult]) -> Agreement:
    """Whether the winning answers are the same; odd are those that another does not list, and winners that differ."""
    best, who = [best_span(result) for result in results], everybody(len(results))
    if len(set(best)) == 1:
        same = f"mark the same answer, {said(results[0])}" if best[0] != NO_ANSWER else "say there is no answer"
        sentence = f"{who} {same}."
    elif NO_ANSWER not in best and max(start for start, _ in best) < min(end for _, end in best):
        sentence = (
            f"{who} mark the same place with different boundaries: {by_speaker(results, list(map(said, results)))}."
        )
    else:
        sentence = f"They disagree: {by_speaker(results, list(map(said, results)))}."
    odd = lacking([keys(result) for result in results])
    if len(set(best)) > 1:
        odd = tuple(one | {key} for one, key in zip(odd, best, strict=True))
    return Agreement(sentence, overlap([rows(result) for result in results]), odd)


def best_span(result: QuestionAnsweringResult) -> Span:
    """The winner."""
    return (result.best.start, result.best.end) if result.best else NO_ANSWER


def keys(result: QuestionAnsweringResult) -> list[Span]:
    """All that is listed."""
    return [(answer.start, answer.end) for answer in result.answers] + [NO_ANSWER]


def said(result: QuestionAnsweringResult) -> str:
    """The winner in words."""
    return quoted(result.best.text) if result.best else NONE


def change(before: QuestionAnsweringResult, after: QuestionAnsweringResult) -> Agreement:
    """How the answer changes."""
    old, new = said(before), said(after)
    if old != new:
        sentence = f"The answer was {old}; now it is {new}." if NONE not in (old, new) else lost_or_found(old, new)
        return Agreement(sentence, None, (frozenset({best_span(before)}), frozenset({best_span(after)})))
    first, second = (r.best.score if r.best else r.no_answer_score for r in (before, after))
    stays = "There is still no answer" if new == NONE else f"The answer stays {new}"
    return Agreement(f"{stays}, and {moved('its score', first, second)}.", None, (frozenset(), frozenset()))


def lost_or_found(old: str, new: str) -> str:
    """An answer on one side only."""
    return f"The answer {old} is lost: now there is none." if new == NONE else f"There was no answer; now it is {new}."


def differences(before: QuestionAnsweringResult, after: QuestionAnsweringResult) -> tuple[Difference, ...]:
    """The scores of the answers that both list, and of “no answer”."""
    old, new = ({a.text: a.score for a in r.answers} | {"no answer": r.no_answer_score} for r in (before, after))
    return largest_first(Difference(text, old[text], new[text]) for text in old if text in new)
