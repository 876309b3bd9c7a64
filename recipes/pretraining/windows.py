"""Fixed-length windows of the text, so that a batch needs no padding; which of them a step sees is a pure function of
seed and step.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from recipes.pretraining.text import TokenisedText

WINDOW = 128  # tokens, special tokens included
EVERY_NTH_STEP = 10  # sees single sentences, so that short inputs are nothing new
SHORTEST_SENTENCE, LONGEST_SENTENCE = 8, 62  # tokens
SHORTEST_SEGMENT = 12  # tokens of A or B

Rng = np.random.Generator


class RunningWindows:
    """[CLS], 126 tokens of running text, [SEP]; a window may go on into the next document, a separator between."""

    def __init__(self, text: TokenisedText, tokenizer: PreTrainedTokenizerBase) -> None:
        self.text, self.cls, self.sep = text, tokenizer.cls_token_id, tokenizer.sep_token_id
        self.content = WINDOW - 2
        self.count = len(text.tokens) // self.content

    def ids(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """(windows, 128)"""
        places = numbers[:, None] * self.content + np.arange(self.content)
        return enclosed(self.text.tokens[places], self.cls, self.sep)


@dataclass(frozen=True)
class SegmentPair:
    """Ids and segment ids of a window (128,), and whether its second segment is from elsewhere: 1, else 0."""

    ids: NDArray[np.int64]
    segments: NDArray[np.int64]
    elsewhere: int


class PairWindows:
    """[CLS], segment A, [SEP], segment B, [SEP]: B follows A in the document, or is the text of another document.

    A window starts with a sentence and so does B; the next window starts with the sentence that this one cuts.
    """

    def __init__(self, text: TokenisedText, tokenizer: PreTrainedTokenizerBase) -> None:
        self.text, self.cls, self.sep = text, tokenizer.cls_token_id, tokenizer.sep_token_id
        self.content = WINDOW - 3
        self._second = np.array((SHORTEST_SEGMENT, self.content - SHORTEST_SEGMENT + 1))  # where B may start
        self.starts = self._starts()
        self.count = len(self.starts)

    def pair(self, number: int, rng: Rng) -> SegmentPair:
        """The window of this number; `rng` says where A ends and what B is."""
        start = int(self.starts[number])
        first = self._split(start, rng)
        second, elsewhere = start + first, int(rng.random() < 0.5)
        if elsewhere:
            second = self._another(start, self.content - first, rng)
        rest = self.text.tokens[second : second + self.content - first]
        ids = [[self.cls], self.text.tokens[start : start + first], [self.sep], rest, [self.sep]]
        segments = np.repeat([0, 1], [first + 2, WINDOW - first - 2])
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

    def _split(self, start: int, rng: Rng) -> int:
        """Tokens of A: up to the start of one of the sentences inside the window."""
        near = np.searchsorted(self.text.sentences, start + self._second)
        return int(self.text.sentences[rng.integers(*near)]) - start

    def _another(self, start: int, length: int, rng: Rng) -> int:
        """Where a sentence starts in another document that has `length` tokens from there on."""
        own = self._document(start)
        while True:
            place = int(self.text.sentences[rng.integers(len(self.text.sentences))])
            document = self._document(place)
            if document != own and place + length <= self.text.end(document):
                return place

    def _document(self, place: int) -> int:
        return int(np.searchsorted(self.text.documents, place, side="right")) - 1


class SentenceWindows:
    """[CLS], one sentence, [SEP], by length: the rows of a batch have one length, drawn in proportion to its tokens."""

    def __init__(
        self, text: TokenisedText, tokenizer: PreTrainedTokenizerBase, *, shortest: int = SHORTEST_SENTENCE
    ) -> None:
        """`shortest` in tokens; shorter ones are never drawn."""
        self.text, self.cls, self.sep = text, tokenizer.cls_token_id, tokenizer.sep_token_id
        lengths = np.diff(text.sentences, append=len(text.tokens))
        ends = np.append(text.documents[1:], len(text.tokens))
        lengths[np.searchsorted(text.sentences, ends) - 1] -= 1  # the separator of the document
        self.by_length = [np.flatnonzero(lengths == n) for n in range(LONGEST_SENTENCE + 1)]
        share = np.array([n * len(found) for n, found in enumerate(self.by_length)], dtype=float)
        share[:shortest] = 0
        self.share = share / share.sum()

    def draw(self, tokens: int, rng: Rng) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers of sentences of one length, about `tokens` tokens in all, and their ids (sentences, length + 2)."""
        length = int(rng.choice(len(self.share), p=self.share))
        numbers = rng.choice(self.by_length[length], max(1, tokens // (length + 2)))
        places = self.text.sentences[numbers][:, None] + np.arange(length)
        return numbers, enclosed(self.text.tokens[places], self.cls, self.sep)


class WindowOrder:
    """The windows in another order every epoch; `numbers(step)` does not depend on the steps before."""

    def __init__(self, count: int, *, rows: int, seed: int) -> None:
        assert count >= rows, "the text has fewer windows than a batch"
        self.count, self.rows, self.seed = count, rows, seed
        self._epoch = lru_cache(maxsize=2)(lambda n: np.random.default_rng((seed, n)).permutation(count))

    def numbers(self, step: int) -> NDArray[np.int64]:
        """Window numbers of a step: (rows,)"""
        epoch, place = divmod(step, self.count // self.rows)
        return self._epoch(epoch)[place * self.rows : (place + 1) * self.rows]


def enclosed(content: NDArray[np.uint16], first: int, last: int) -> NDArray[np.int64]:
    """The rows with a token before and one after them."""
    return np.pad(content.astype(np.int64), ((0, 0), (1, 1)), constant_values=((0, 0), (first, last)))
