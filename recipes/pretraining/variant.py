"""What a variant is: its network, the batch of a step, the loss, the held-out scores and the folders it leaves."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast

from core.training.batches import Tensors, WindowOrder, on_device
from core.training.fit import whole
from core.training.objectives.masked_lm import Masking, at_places, masked_lm_loss
from core.training.start import frequencies, log_frequencies, look_at_neighbours, set_positions, start_vectors
from core.training.windows import RunningWindows, SentenceWindows, TokenisedText
from recipes.pretraining.text import DEV_FILES, FILES, load_text, load_tokenizer

WINDOW = 128  # tokens, special tokens included
EVERY_NTH_STEP = 10  # sees single sentences, so that short inputs are nothing new
SHORTEST_SENTENCE, LONGEST_SENTENCE = 8, 62  # tokens
SHAPE: dict[str, Any] = {  # of every variant, by the names of BERT's configuration
    "hidden_size": 256,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 1024,
    "max_position_embeddings": WINDOW,
    "hidden_dropout_prob": 0.0,  # the budget is less than one epoch: nothing is seen often enough to be learnt by heart
    "attention_probs_dropout_prob": 0.0,
    "initializer_range": 0.04,  # 0.02 suits a width of 768; what goes with the root of the width is about this
}
ATTENTION = "sdpa" if torch.cuda.is_available() else "eager"  # the fused kernel is the slower one on a processor
DEV_WINDOWS = 256
SEED = 13


@dataclass(frozen=True)
class TokenisedCorpus:
    """What all variants with one tokenizer read."""

    tokenizer: PreTrainedTokenizerFast
    train: TokenisedText
    dev: TokenisedText


def load_corpus(kind: str, files: Sequence[str], data: Path, runs: Path) -> TokenisedCorpus:
    """Tokenizer and texts of a kind of tokenizer, made the first time."""
    tokenizer, folder = load_tokenizer(kind, data, runs), runs / "text" / kind
    dev = load_text(DEV_FILES, "dev", tokenizer, data, folder)
    return TokenisedCorpus(tokenizer, load_text(files, "train", tokenizer, data, folder), dev)


class Variant(ABC):
    """Masked-language modelling with dynamic masks; the variants change parts of it."""

    name: ClassVar[str]
    origin: ClassVar[str] = "Pretrained from scratch"
    history: ClassVar[str] = ""  # where the committed weights came about otherwise than in one run of these fields
    tokenizer_kind: ClassVar[str] = "wordpiece"
    files: ClassVar[tuple[str, ...]] = FILES  # a file named twice is read twice as often
    rows: ClassVar[int] = 256  # windows a step
    learning_rate: ClassVar[float] = 2.4e-3  # with half as many windows 2e-3 was better than 1e-3 and 3e-3 (mini-bert)
    warm_up: ClassVar[int] = 200  # steps in which the learning rate rises
    decay: ClassVar[float] = 0.3  # share of the steps, the last ones, in which the learning rate falls
    point_every: ClassVar[int] = 400  # steps between points of the curve
    sentences_every: ClassVar[int] = EVERY_NTH_STEP
    shortest_sentence: ClassVar[int] = SHORTEST_SENTENCE  # tokens

    def __init__(self, corpus: TokenisedCorpus, *, seed: int = SEED, base: Path | None = None) -> None:
        """`base` is the folder with the variants made before, for the one that starts from another."""
        torch.manual_seed(seed)
        self.corpus, self.seed, self.base = corpus, seed, base
        self.masking = Masking(corpus.tokenizer)
        self.windows = self.read_windows(corpus.train)
        self.sentences = SentenceWindows(
            corpus.train, corpus.tokenizer, shortest=self.shortest_sentence, longest=LONGEST_SENTENCE
        )
        self.order = WindowOrder(self.windows.count, rows=self.rows, seed=seed)
        self.network = self.build()
        if torch.cuda.is_available():
            self.compile()
        self.dev = self._dev_batches()

    @abstractmethod
    def build(self) -> nn.Module:
        """The network to train, in fp32."""

    def compile(self) -> None:
        """Layers as fused kernels, which spare a graphics card most of its waiting."""
        torch._dynamo.config.recompile_limit = 32  # two networks of different widths share the code of a layer
        for layers in (module for module in self.network.modules() if isinstance(module, nn.ModuleList)):
            for layer in layers:
                layer.compile()

    @torch.no_grad()
    def start(
        self, words: Tensor, bias: Tensor, *, positions: Tensor | None = None, layers: nn.ModuleList | None = None
    ) -> None:
        """Word vectors and frequencies from counts; with absolute positions, heads of `layers` look at neighbours."""
        tokens, pieces = self.corpus.train.tokens, len(words)
        words.copy_(start_vectors(tokens, pieces, words.shape[1], self.seed))
        bias.copy_(log_frequencies(tokens, pieces))
        if positions is not None and layers is not None:
            set_positions(positions)
            look_at_neighbours(layers, SHAPE["num_attention_heads"], frequencies(words.shape[1]))

    @abstractmethod
    def hidden(self, batch: Tensors) -> Tensor:
        """Last hidden states: (rows, tokens, hidden)"""

    @abstractmethod
    def decode(self, hidden: Tensor) -> Tensor:
        """Vocabulary logits: (positions, hidden) -> (positions, vocabulary)"""

    @abstractmethod
    def write(self, out: Path) -> list[Path]:
        """Writes the weights as they are now, with configuration and tokenizer; returns the folders."""

    def read_windows(self, text: TokenisedText) -> Any:
        """The windows that training draws from."""
        return RunningWindows(text, self.corpus.tokenizer, width=WINDOW)

    def batch(self, step: int) -> Tensors:
        """The masked windows of a step; every tenth step or so sees single sentences instead."""
        rng = np.random.default_rng((self.seed, step))
        if step % self.sentences_every == self.sentences_every - 1:
            return self.sentence_batch(rng)
        return self.masking(self.windows.ids(self.order.numbers(step)), rng).tensors()

    def sentence_batch(self, rng: np.random.Generator) -> Tensors:
        """Masked sentences of one length, as many tokens as the windows of a step."""
        return self.masking(self.sentences.draw(self.rows * WINDOW, rng)[1], rng).tensors()

    def parts(self, batch: Tensors) -> Iterator[tuple[Tensors, float]]:
        """What goes through the network at once, each with its share in the loss of the step; the whole batch."""
        return whole(batch)

    def loss(self, batch: Tensors) -> Tensor:
        """Mean cross-entropy of the chosen tokens."""
        return self.guess_loss(self.hidden(batch), batch)

    def guess_loss(self, hidden: Tensor, batch: Tensors) -> Tensor:
        """Mean cross-entropy at the chosen tokens."""
        return masked_lm_loss(hidden, self.decode, batch)

    @torch.no_grad()
    def scores(self, device: torch.device) -> dict[str, float]:
        """Share of the hidden pieces of the held-out windows that are guessed right."""
        right = [self._right(on_device(batch, device)) for batch in self.dev]
        return {"masked_accuracy": round(float(torch.cat(right).float().mean()), 4)}

    def _right(self, batch: Tensors) -> Tensor:
        """Whether each hidden piece is guessed: (chosen,)"""
        logits = self.decode(at_places(self.hidden(batch), batch))
        return logits.argmax(dim=-1) == batch["answers"]

    def _dev_batches(self) -> list[Tensors]:
        """Held-out windows from all over the text, 15 % of their tokens hidden, the same for every run."""
        windows = RunningWindows(self.corpus.dev, self.corpus.tokenizer, width=WINDOW)
        numbers = np.linspace(0, windows.count - 1, min(DEV_WINDOWS, windows.count)).astype(np.int64)
        hide, rng = Masking(self.corpus.tokenizer, random=0.0, keep=0.0), np.random.default_rng(2018)
        return [hide(windows.ids(part), rng).tensors() for part in np.array_split(numbers, max(1, len(numbers) // 32))]
