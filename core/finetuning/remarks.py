"""What is said of the rows before anything starts: what was understood, and what is odd about them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from core.checkpoints.catalog import Checkpoint
from core.finetuning.gather import RowRemark, TrainingRow, classes_of, plain, rows_named
from core.finetuning.plan import LABELLED, TrainedTask, TrainingPlan
from core.text.phrases import listed, quoted, shorten

MOST_CLASSES = 500
IMBALANCE = 10  # times as many rows of one class as of another
FEWEST_QUESTIONS = 1000  # that an encoder without a head needs, about
ROWS_ARE = {
    "text-classification": "rows",
    "token-classification": "sentences",
    "question-answering": "questions",
    "fill-mask": "texts",
}


def judge(
    train: Sequence[TrainingRow], dev: Sequence[TrainingRow], task: TrainedTask, *, own_dev: bool
) -> Iterator[RowRemark]:
    """What was understood of the rows, and what is odd about them; `own_dev`: the dev rows are a file of their own."""
    what = ROWS_ARE[task]
    a_fifth = ", a fifth of each class" if task == "text-classification" else ""
    held = f"{len(dev):,} of your test file" if own_dev else f"{len(dev):,} held out{a_fifth}"
    yield RowRemark("good", f"{len(train):,} {what} to learn from, {held}.")
    if task in LABELLED:
        yield from judge_labels(train, dev, tags=task == "token-classification")
    elif task == "question-answering":
        yield from judge_questions([*train, *dev])
    else:
        yield from judge_texts(train)
    yield from judge_copies(train, dev, what, answers=task != "fill-mask")
    if not dev:
        each = "each class needs" if task == "text-classification" else "there must be"
        yield RowRemark("stop", f"No row is left to test on: {each} at least two different texts.")


def judge_start(plan: TrainingPlan, row: Checkpoint, train: Sequence[TrainingRow]) -> Iterator[RowRemark]:
    """What is to be said of these rows for a training that begins with this checkpoint."""
    if plan.task == "question-answering" and row.head != "question-answering" and len(train) < FEWEST_QUESTIONS:
        message = f"So few questions ({len(train):,}) are not enough for {row.name}, which has never answered one."
        yield RowRemark("warn", f"{message} Begin with a model that does, such as minilm-qa.")


def judge_copies(
    train: Sequence[TrainingRow], dev: Sequence[TrainingRow], what: str, *, answers: bool
) -> Iterator[RowRemark]:
    """Texts that come twice, with different `answers` where they have some, or on both sides."""
    copies = Counter(map(plain, train))
    if many := sum(count - 1 for count in copies.values()):
        have = f"{what[:-1]} has" if many == 1 else f"{what} have"
        yield RowRemark("note", f"{many:,} {have} the text of another one.")
    labels: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for row in train if answers else ():
        labels[plain(row)].add(row.labels)
    if torn := [row.number for row in train if len(labels[plain(row)]) > 1]:
        given = "answers" if what == "questions" else "labels"
        yield RowRemark("warn", f"{rows_named(torn)}: the same text has different {given}.")
    if leaks := [row.number for row in dev if plain(row) in copies]:
        yield RowRemark(
            "warn", f"{rows_named(leaks)} of the test file: also learned from, so the score will be too good."
        )


def judge_labels(train: Sequence[TrainingRow], dev: Sequence[TrainingRow], *, tags: bool) -> Iterator[RowRemark]:
    """The classes, how unequal they are, and those that only one side has."""
    counts = Counter(label for row in train for label in row.labels)
    names = classes_of(train)
    if tags:
        kinds = sorted({name.partition("-")[2] for name in names} - {""})
        yield RowRemark("good" if kinds else "stop", f"{len(kinds):,} kinds of names: {listed(kinds)}." if kinds else
                      "No word is tagged as a name: there is nothing to learn.")  # fmt: skip
    elif len(names) < 2:
        label = f"Every label is {quoted(names[0])}" if names else "There is no row with text and label"
        yield RowRemark("stop", f"{label}: there is nothing to tell apart.")
    elif len(names) > MOST_CLASSES:
        yield RowRemark("stop", f"There are {len(names):,} different labels; up to {MOST_CLASSES:,} can be learned. "
                      "Is this the right column?")  # fmt: skip
    else:
        shown = [f"{shorten(name, 30)} ({counts[name]:,})" for name, _ in counts.most_common()]
        yield RowRemark("good", f"{len(names):,} labels: {listed(shown)}.")
        ((_, most), (rare, fewest)) = counts.most_common(1)[0], counts.most_common()[-1]
        if most > IMBALANCE * fewest:
            counted = f"{quoted(rare)} has {fewest:,} rows, the largest {most:,}"
            yield RowRemark("warn", f"The classes are unequal: {counted}. Class weights help.")
    if new := sorted({label for row in dev for label in row.labels} - set(names)):
        yield RowRemark("stop", f"The test file has labels that the training file lacks: {listed(new)}.")


def judge_questions(rows: Sequence[TrainingRow]) -> Iterator[RowRemark]:
    """How many passages there are, and how many questions have no answer."""
    passages, without = len({row.texts[1] for row in rows}), sum(not row.labels for row in rows)
    some = f"{without:,} without an answer" if without else "each with an answer"
    about = "1 passage" if passages == 1 else f"{passages:,} passages"
    yield RowRemark("good", f"Questions on {about}, {some}.")
    if rows and without == len(rows):
        yield RowRemark("stop", "No question has an answer: there is nothing to learn.")
    elif not without:
        yield RowRemark(
            "note",
            "It will not learn to say that there is no answer: leave the answer of some questions empty for that.",
        )


def judge_texts(rows: Sequence[TrainingRow]) -> Iterator[RowRemark]:
    """How much text there is."""
    words = sum(len(row.texts[0].split()) for row in rows)
    yield RowRemark("good" if words else "stop", f"About {words:,} words." if words else "There are no words.")
