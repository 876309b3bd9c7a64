"""Classification of tokens: IOB2 tags of words become labels of pieces."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from torch import Tensor
from transformers import BatchEncoding, PreTrainedModel

from core.training.batches import Tensors
from core.training.examples import IGNORED, model_inputs
from core.training.objectives.classification import cross_entropy


def words_of_pieces(encoding: BatchEncoding, words: Sequence[str]) -> list[int | None]:
    """The number of the word, in the words joined by blanks, that each piece is a part of; None for special tokens."""
    starts = list(accumulate((len(word) + 1 for word in words[:-1]), initial=0))
    assert encoding.encodings is not None, "the tokenizer has no fast version"
    pieces = zip(encoding.sequence_ids(0), encoding.encodings[0].offsets, strict=True)
    return [None if text is None else bisect_right(starts, start) - 1 for text, (start, _) in pieces]


def piece_labels(
    words: Sequence[int | None], tags: Sequence[str], kinds: Mapping[str, str], labels: Sequence[str], outside: int
) -> Iterator[int]:
    """The index in `labels` of each piece: B- on the first of a name, I- on all others; IGNORED on special tokens.

    `kinds` maps the kinds of the tags to those of the labels; `outside` is the label of what is tagged O.
    """
    previous = None
    for word in words:
        if word is None:
            yield IGNORED
        elif tags[word] == "O":
            yield outside
        else:
            prefix, _, kind = tags[word].partition("-")
            yield labels.index(f"{prefix if word != previous else 'I'}-{kinds[kind]}")
        previous = word


def tag_loss(model: PreTrainedModel, batch: Tensors, *, either: Sequence[int] = ()) -> Tensor:
    """Mean cross-entropy of the labelled pieces; `labels` are (rows, tokens)."""
    logits = model(**model_inputs(batch)).logits  # (rows, tokens, classes)
    return cross_entropy(logits.flatten(0, 1), batch["labels"].flatten(), either=either)
