"""What the leaderboard compares, measure by measure: what each number is, on which card it stands, where to try it."""

from dataclasses import dataclass
from typing import Literal

from core.checkpoints.cards import MILLISECONDS

Unit = Literal["share", "parameters", "megabytes", "milliseconds", "minutes", "tokens"]


@dataclass(frozen=True)
class Column:
    """What is compared: `about` says what the number is. Shares are better high, costs low.

    `measure` is its name in the cards, of the variant or of its checkpoint with that `head` at the end of the id;
    `task` is where it can be tried. `lessons` says of its training what its curve would not.
    """

    id: str
    title: str
    about: str
    task: str
    unit: Unit = "share"
    measure: str = ""
    head: str = ""
    lessons: str = ""

    @property
    def help(self) -> str:
        """What the number is and which way is better, in sentences."""
        way = "From 0 to 1; higher is better." if self.unit == "share" else "Lower is cheaper."
        return f"{self.about[0].upper()}{self.about[1:]}. {way}"

    def checkpoint(self, variant: str) -> str:
        """The id of the checkpoint that is measured for a variant."""
        return f"{variant}-{self.head}" if self.head else variant


QUALITY = (
    Column(
        "hidden-word",
        "Masked words",
        "share of masked words that the first guess gets right",
        "fill-mask",
        measure="top-1 accuracy",
    ),
    Column(
        "among-five",
        "In five guesses",
        "share of masked words that are among the first five guesses",
        "fill-mask",
        measure="top-5 accuracy",
    ),
    Column(
        "grammar",
        "Grammar",
        "share of sentence pairs in which the model finds the grammatical one more likely; chance is 0.5",
        "pseudo-likelihood",
        measure="accuracy on minimal pairs",
    ),
    Column(
        "word-order",
        "Word order",
        "share of sentences that the model finds more likely than the same with two words swapped; chance is 0.5",
        "pseudo-likelihood",
        measure="word-order accuracy",
    ),
    Column(
        "sentiment",
        "Sentiment",
        "share of film-review sentences that it calls positive or negative correctly, after fine-tuning; chance is 0.5",
        "text-classification",
        measure="accuracy",
        head="sentiment",
    ),
    Column(
        "names",
        "Entities",
        "how many people, places and organisations it finds, and how many of those it marks are right, in one number "
        "(F1), after fine-tuning",
        "token-classification",
        measure="entity F1",
        head="ner",
    ),
    Column(
        "inference",
        "Inference",
        "share of sentence pairs that it judges correctly (follows, contradicts or neither), after fine-tuning",
        "zero-shot-classification",
        measure="accuracy",
        head="nli",
    ),
    Column(
        "answers",
        "Questions",
        "how well the words that it marks match the answer in the passage (F1), after fine-tuning",
        "question-answering",
        measure="answer F1",
        head="qa",
        lessons="Each training starts with easier questions, made from the passages' own sentences. The loss jumps "
        "where questions written by people begin.",
    ),
)
COSTS = (
    Column("parameters", "Parameters", "numbers that the model has learned, in millions", "fill-mask", "parameters"),
    Column("megabytes", "File size", "megabytes of weights on disk", "fill-mask", "megabytes"),
    Column(
        "milliseconds",
        "Time per sentence",
        "milliseconds for one sentence, read alone",
        "fill-mask",
        "milliseconds",
        MILLISECONDS,
    ),
    Column(
        "minutes",
        "Training time",
        "minutes of pretraining, on a graphics card shared by several trainings",
        "fill-mask",
        "minutes",
    ),
    Column("tokens", "Text read", "tokens read in pretraining, in millions", "fill-mask", "tokens"),
)
COLUMNS = {column.id: column for column in (*QUALITY, *COSTS)}
