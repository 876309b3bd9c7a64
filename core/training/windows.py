"""Text as numbers, and its fixed-length windows, so that a batch needs no padding."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class TokenisedText:
    """Documents end to end, each closed by a separator; `sentences` and `documents` are where they start, in tokens."""

    tokens: NDArray[np.uint16]
    sentences: NDArray[np.int64]
    documents: NDArray[np.int64]

    def end(self, document: int) -> int:
        """Where the document's separator stands."""
        following = self.documents[document + 1] if document + 1 < len(self.documents) else len(self.tokens)
        return int(following) - 1


class RunningWindows:
    """[CLS], running text, [SEP]; a window may go on into the next document, a separator between."""

    def __init__(self, text: TokenisedText, tokenizer: PreTrainedTokenizerBase, *, width: int) -> None:
        """`width` in tokens, [CLS] and [SEP] included."""
        self.text, self.cls, self.sep = text, tokenizer.cls_token_id, tokenizer.sep_token_id
        self.content = width - 2
        self.count = len(text.tokens) // self.content

    def ids(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """(windows, width)"""
        places = numbers[:, None] * self.content + np.arange(self.content)
        return enclosed(self.text.tokens[places], self.cls, self.sep)


class SentenceWindows:
    """[CLS], one sentence, [SEP], by length: the rows of a batch have one length, drawn in proportion to its tokens."""

    def __init__(self, text: TokenisedText, tokenizer: PreTrainedTokenizerBase, *, shortest: int, longest: int) -> None:
        """`shortest` and `longest` in tokens; other sentences are never drawn."""
        self.text, self.cls, self.sep = text, tokenizer.cls_token_id, tokenizer.sep_token_id
        lengths = np.diff(text.sentences, append=len(text.tokens))
        ends = np.append(text.documents[1:], len(text.tokens))
        lengths[np.searchsorted(text.sentences, ends) - 1] -= 1  # the separator of the document
        self.by_length = [np.flatnonzero(lengths == n) for n in range(longest + 1)]
        share = np.array([n * len(found) for n, found in enumerate(self.by_length)], dtype=float)
        share[:shortest] = 0
        self.share = share / share.sum()

    def draw(self, tokens: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers of sentences of one length, about `tokens` tokens in all, and their ids (sentences, length + 2)."""
        length = int(rng.choice(len(self.share), p=self.share))
        numbers = rng.choice(self.by_length[length], max(1, tokens // (length + 2)))
        places = self.text.sentences[numbers][:, None] + np.arange(length)
        return numbers, enclosed(self.text.tokens[places], self.cls, self.sep)


def enclosed(content: NDArray[np.uint16], first: int, last: int) -> NDArray[np.int64]:
    """The rows with a token before and one after them."""
    return np.pad(content.astype(np.int64), ((0, 0), (1, 1)), constant_values=((0, 0), (first, last)))
