"""What logit-lens is asked and what comes back, as rows too."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.provenance import Provenance, Row
from core.tasks.fill_mask.schema import Fill

if TYPE_CHECKING:  # numpy takes a sixth of the time in which the app starts, and listing the tasks needs no arrays
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class LogitLensRequest:
    """What the trained head reads from every layer of `text`: the best `top_k` words for each `___`, and the best piece
    for every token.

    `words` are followed through the layers, each one piece of the vocabulary; if there are none, for each gap the word
    that comes first on the last layer.
    """

    text: str
    words: tuple[str, ...] = ()
    top_k: int = 5


@dataclass(frozen=True)
class FollowedWord:
    """A word in a gap, layer by layer, the embeddings first: its rank in the whole vocabulary, from 1, and its
    probability. Both are empty where the word is not a single piece of this vocabulary."""

    text: str
    ranks: tuple[int, ...] = ()
    scores: tuple[float, ...] = ()

    @property
    def first(self) -> int | None:
        """The lowest layer on which it comes first; None if it does on none."""
        return self.ranks.index(1) if 1 in self.ranks else None

    @property
    def stays(self) -> int | None:
        """The lowest layer from which it comes first up to the last one; None if it does not on the last."""
        others = [layer for layer, rank in enumerate(self.ranks) if rank > 1]
        start = others[-1] + 1 if others else 0
        return start if start < len(self.ranks) else None


@dataclass(frozen=True)
class LensGap:
    """The gap at text[start:end]: the best words on each layer, the embeddings first, and the words followed."""

    start: int
    end: int
    layers: tuple[tuple[Fill, ...], ...]
    followed: tuple[FollowedWord, ...]


@dataclass(frozen=True)
class LogitLensResult:
    """`gaps` in text order, each read with the others hidden too. `best` and `scores`, (layers + 1, tokens): the most
    probable piece for each token on each layer and its probability; of a text of several windows those of the first.

    `labels` are the tokens as a reader would write them; special tokens have empty offsets. With `decoder`, words are
    predicted from states of a decoder of DeBERTa's, which are the last layer here; those below are the encoder's.
    """

    text: str
    gaps: tuple[LensGap, ...]
    labels: tuple[str, ...]
    offsets: tuple[tuple[int, int], ...]
    best: tuple[tuple[str, ...], ...]
    scores: "NDArray[np.float32]"
    decoder: bool
    provenance: Provenance

    @property
    def depth(self) -> int:
        """How many layers there are above the embeddings."""
        return len(self.best) - 1


def rows(result: LogitLensResult) -> list[Row]:
    """The words of each gap on each layer; of a text without one, the best piece for each token on each layer."""
    if result.gaps:
        return [
            {"layer": layer, "start": gap.start, "end": gap.end, "text": fill.text, "score": fill.score}
            for gap in result.gaps
            for layer, fills in enumerate(gap.layers)
            for fill in fills
        ]
    return [
        {"layer": layer, "start": start, "end": end, "text": text, "score": float(score)}
        for layer, (texts, scores) in enumerate(zip(result.best, result.scores, strict=True))
        for (start, end), text, score in zip(result.offsets, texts, scores, strict=True)
        if start < end
    ]


def summary(result: LogitLensResult) -> Row:
    """The words followed, and the layer from which each comes first up to the last one; -1 if it does not there."""
    followed = [word for gap in result.gaps for word in gap.followed]
    stays = [-1 if word.stays is None else word.stays for word in followed]
    return {
        "layers": result.depth,
        "word": " | ".join(word.text for word in followed),
        "first_from_layer": " | ".join(map(str, stays)),
    }


def format(result: LogitLensResult) -> dict[str, Any]:
    """{"layers": [{"layer", "masks": [{"fills": [{"text", "score"}], "rank", "probability"}], "tokens": [{"text",
    "score"}]}]}, layer 0 the embeddings; `rank` and `probability` are of the first word followed, null where it is not
    one piece of the vocabulary; with several words they are listed in `words`."""
    found = []
    for layer in range(result.depth + 1):
        pairs = zip(result.best[layer], result.scores[layer].tolist(), strict=True)
        tokens = [{"text": text, "score": score} for text, score in pairs]
        masks = [format_gap(gap, layer) for gap in result.gaps]
        found.append({"layer": layer, "masks": masks, "tokens": tokens})
    return {"layers": found}


def format_gap(gap: LensGap, layer: int) -> dict[str, Any]:
    """One gap on one layer."""
    words = [
        {
            "text": word.text,
            "rank": word.ranks[layer] if word.ranks else None,
            "probability": word.scores[layer] if word.scores else None,
        }
        for word in gap.followed
    ]
    first = {name: words[0][name] for name in ("rank", "probability")} if words else {}
    fills = [{"text": fill.text, "score": fill.score} for fill in gap.layers[layer]]
    return {"fills": fills, **first} | ({"words": words} if len(words) > 1 else {})
