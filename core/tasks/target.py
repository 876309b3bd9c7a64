"""What of a prediction is explained or watched: a class, an entity's label, an answer, a fill, a swap, a cosine."""

from dataclasses import dataclass
from typing import Literal

ExplainedTask = Literal[
    "sentence-similarity",
    "text-classification",
    "token-classification",
    "question-answering",
    "fill-mask",
    "replaced-token-detection",
]


@dataclass(frozen=True)
class Target:
    """One number of the answer to `task`.

    `name` is the class, the kind of the entity or the word that fills the gap; `piece` is that word's ID in the
    vocabulary. [start, end) is the place of the entity, the gap or the judged word in the text, or that of the answer
    in the passage, which is the second text; it is empty where there is no answer. The cosine is that of the mean
    vectors of the text and of the second text, which stays as it is; without a second one, of the text as it was.
    """

    task: ExplainedTask = "sentence-similarity"
    name: str = ""
    start: int = 0
    end: int = 0
    piece: int = -1

    @property
    def words(self) -> str:
        """What a person calls it."""
        match self.task:
            case "sentence-similarity":
                return "the cosine"
            case "question-answering" if self.start == self.end:
                return "no answer"
            case _:
                return self.name


COSINE = Target()
