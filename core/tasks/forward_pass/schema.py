"""What forward-pass is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.provenance import Provenance, Row

if TYPE_CHECKING:  # numpy takes a sixth of the time in which the app starts, and listing the tasks needs no arrays
    import numpy as np
    from numpy.typing import NDArray

MOST_TOKENS = 64  # of a text or a pair, special tokens included
CLOSE = 1e-5  # of the largest number of a step, and of 10 where that is smaller: float32 has seven digits


@dataclass(frozen=True)
class ForwardPassRequest:
    """Every step of `text`, or of the pair (`text`, `text_pair`), through one layer and one of its heads, both counted
    from 1; 0 gives all of them. `___` is a gap for a checkpoint that fills gaps. What is over 64 tokens is cut."""

    text: str
    text_pair: str = ""
    layer: int = 1
    head: int = 1


def is_close(error: float, largest: float) -> bool:
    """Whether numbers up to `largest` differ by no more than rounding does."""
    return error <= CLOSE * max(10.0, largest)


@dataclass(frozen=True)
class PassStep:
    """One step: `values` is float32, (tokens, numbers), of a head (tokens, size) or (query, key); of all heads
    (heads, …). `error` is the largest difference from what the steps before it give when they are multiplied by hand;
    None where it is not known apart from a later step, which has it.

    `layer` is 0 before the first layer, and the number of layers plus one behind the last.
    """

    name: str
    layer: int
    of_head: bool
    values: "NDArray[np.float32]"
    error: float | None = None

    @property
    def largest(self) -> float:
        """The largest number in it, whatever its sign."""
        return float(abs(self.values).max(initial=0.0))

    @property
    def holds(self) -> bool:
        """Whether it is what the steps before it give by hand, but for rounding."""
        return self.error is None or is_close(self.error, self.largest)


@dataclass(frozen=True)
class Guess:
    """A word, a class or a tag, and its probability."""

    text: str
    score: float


@dataclass(frozen=True)
class Conclusion:
    """What the `head` of the checkpoint makes of the last state: its guesses at each token, or once for the whole text,
    the most probable first, and all of it in a sentence, with the place of the token that this speaks of. `error` and
    `largest` are of its logits, as in a step."""

    head: str
    guesses: tuple[tuple[Guess, ...], ...]
    said: str
    place: int
    error: float
    largest: float

    @property
    def holds(self) -> bool:
        """Whether the logits are what the last product gives by hand, but for rounding."""
        return is_close(self.error, self.largest)


@dataclass(frozen=True)
class ForwardPassResult:
    """`tokens` are as the vocabulary writes them, `labels` as a reader would, `##` before those that continue a word.
    `positions` and `segments` are the rows of their embeddings, empty where the network adds none. Scores are divided
    by `scale`. `network` is how many layers there are, and heads in each.

    `steps` are in their order, those of all layers and heads or of the ones that were asked for. Without a head the
    `conclusion` is None. `holds` tells of the steps of all layers and heads whether each is what the ones
    before it give by hand, also of those that were not asked for.
    """

    tokens: tuple[str, ...]
    labels: tuple[str, ...]
    ids: tuple[int, ...]
    positions: tuple[int, ...]
    segments: tuple[int, ...]
    architecture: str
    network: tuple[int, int]
    layer: int
    head: int
    scale: float
    steps: tuple[PassStep, ...]
    conclusion: Conclusion | None
    holds: bool
    provenance: Provenance

    def step(self, name: str) -> PassStep:
        """The step of that name."""
        return next(step for step in self.steps if step.name == name)

    @property
    def largest_error(self) -> float:
        """Of all steps, the head of the checkpoint included."""
        last = self.conclusion.error if self.conclusion else 0.0
        return max(last, *(step.error or 0.0 for step in self.steps))


def rows(result: ForwardPassResult) -> list[Row]:
    """Of each token after each step the length of its vector and the largest number in it; of a step that is a head's,
    for that head."""
    import numpy as np  # not above, for the same reason

    found = []
    for step in result.steps:
        heads = step.values if step.values.ndim > 2 else step.values[None]
        first = result.head if step.of_head and result.head else step.of_head
        for head, values in enumerate(heads, int(first)):
            lengths, places = np.linalg.norm(values, axis=-1), np.abs(values).argmax(-1)
            found += [
                {
                    "step": step.name,
                    "layer": step.layer,
                    "head": head if step.of_head else "",
                    "place": n,
                    "text": label,
                    "dimension": int(places[n]),
                    "value": float(values[n, places[n]]),
                    "norm": float(lengths[n]),
                    "error": step.error,
                }
                for n, label in enumerate(result.labels[: len(values)])
            ]
    return found


def summary(result: ForwardPassResult) -> Row:
    """The answer, and how far the steps are from what is multiplied by hand."""
    layers, heads = result.network
    return {
        "tokens": len(result.tokens),
        "layers": layers,
        "heads": heads,
        "answer": result.conclusion.said if result.conclusion else "",
        "largest_error": result.largest_error,
    }


def format(result: ForwardPassResult) -> dict[str, Any]:
    """{"tokens": [...], "layer", "head", "steps": [{"name", "layer", "values": [token][number]}], "answer"}"""
    return {
        "tokens": list(result.tokens),
        "layer": result.layer,
        "head": result.head,
        "steps": [{"name": step.name, "layer": step.layer, "values": step.values.tolist()} for step in result.steps],
        "answer": result.conclusion.said if result.conclusion else "",
    }
