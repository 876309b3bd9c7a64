"""Next-sentence prediction: does B follow A, or is it from elsewhere? (BERT, arxiv.org/abs/1810.04805)"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedTokenizerBase

from core.training.windows import TokenisedText

SHORTEST_SEGMENT = 12  # tokens of A or B


@dataclass(frozen=True)
class SegmentPair:
    """Ids and segment ids of a window (width,), and whether its second segment is from elsewhere: 1, else 0."""

    ids: NDArray[np.int64]
    segments: NDArray[np.int64]
    elsewhere: int


class PairWindows:
    """[CLS], segment A, [SEP], segment B, [SEP]: B follows A in the document, or is the text of another document.

    A window starts with a sentence and so does B; the next window starts with the sentence that this one cuts.
    """

    def __init__(self, text: TokenisedText, tokenizer: PreTrainedTokenizerBase, *, width: int) -> None:
        """`width` in tokens, the special ones included."""
        self.text, self.cls, self.sep = text, tokenizer.cls_token_id, tokenizer.sep_token_id
        self.width, self.content = width, width - 3
        self._second = np.array((SHORTEST_SEGMENT, self.content - SHORTEST_SEGMENT + 1))  # where B may start
        self.starts = self._starts()
        self.count = len(self.starts)

    def pair(self, number: int, rng: np.random.Generator) -> SegmentPair:
        """The window of this number; `rng` says where A ends and what B is."""
        start = int(self.starts[number])
        first = self._split(start, rng)
        second, elsewhere = start + first, int(rng.random() < 0.5)
        if elsewhere:
            second = self._another(start, self.content - first, rng)
        rest = self.text.tokens[second : second + self.content - first]
        ids: list[ArrayLike] = [[self.cls], self.text.tokens[start : start + first], [self.sep], rest, [self.sep]]
        segments = np.repeat([0, 1], [first + 2, self.width - first - 2])
        return SegmentPair(np.concatenate(ids).astype(np.int64), segments, elsewhere)

    def _starts(self) -> NDArray[np.int64]:
        """Where windows start, in tokens; those where B could not start with a sentence are left out."""
        sentences, starts = self.text.sentences, []
        first = np.searchsorted(sentences, self.text.documents)
        for document, sentence in enumerate(first):
            end = self.text.end(document)
            while (start := sentences[sentence]) + self.content <= end:
                near = sentences[sentence : sentence + self.content] - start
                if np.diff(np.searchsorted(near, self._second)) > 0:
                    starts.append(start)
                sentence += max(1, int(np.searchsorted(near, self.content)) - 1)
        return np.array(starts, dtype=np.int64)

    def _split(self, start: int, rng: np.random.Generator) -> int:
        """Tokens of A: up to the start of one of the sentences inside the window."""
        near = np.searchsorted(self.text.sentences, start + self._second)
        return int(self.text.sentences[rng.integers(*near)]) - start

    def _another(self, start: int, length: int, rng: np.random.Generator) -> int:
        """Where a sentence starts in another document that has `length` tokens from there on."""
        own = self._document(start)
        while True:
            place = int(self.text.sentences[rng.integers(len(self.text.sentences))])
            document = self._document(place)
            if document != own and place + length <= self.text.end(document):
                return place

    def _document(self, place: int) -> int:
        return int(np.searchsorted(self.text.documents, place, side="right")) - 1


def next_sentence_loss(logits: Tensor, elsewhere: Tensor) -> Tensor:
    """Mean cross-entropy of “B follows A” and “B is from elsewhere”: (rows, 2), (rows,)"""
    return functional.cross_entropy(logits.float(), elsewhere)
