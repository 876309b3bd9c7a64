"""What a variant is: its network, the batch of a step, the loss, the held-out scores and the folders it leaves."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from core.models.row_blocks import write_blocks
from recipes.pretraining.masking import Masked, Masking
from recipes.pretraining.start import frequencies, log_frequencies, look_at_neighbours, set_positions, start_vectors
from recipes.pretraining.text import DEV_FILES, FILES, TokenisedText, load_text, load_tokenizer
from recipes.pretraining.windows import (
    EVERY_NTH_STEP,
    SHORTEST_SENTENCE,
    WINDOW,
    RunningWindows,
    SentenceWindows,
    WindowOrder,
)
from recipes.recipe import Tensors

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
MOST_BYTES = 9_900_000  # of weights in one file
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
    rows: ClassVar[int] = 128  # windows a step
    learning_rate: ClassVar[float] = 2e-3  # after 15 million tokens better than 1e-3 and 3e-3 (mini-bert)
    decay: ClassVar[float] = 0.3  # share of the steps, the last ones, in which the learning rate falls
    point_every: ClassVar[int] = 200  # steps between points of the curve
    sentences_every: ClassVar[int] = EVERY_NTH_STEP
    shortest_sentence: ClassVar[int] = SHORTEST_SENTENCE  # tokens

    def __init__(self, corpus: TokenisedCorpus, *, seed: int = SEED, base: Path | None = None) -> None:
        """`base` is the folder with the variants made before, for the one that starts from another."""
        torch.manual_seed(seed)
        self.corpus, self.seed, self.base = corpus, seed, base
        self.masking = Masking(corpus.tokenizer)
        self.windows = self.read_windows(corpus.train)
        self.sentences = SentenceWindows(corpus.train, corpus.tokenizer, shortest=self.shortest_sentence)
        self.order = WindowOrder(self.windows.count, rows=self.rows, seed=seed)
        self.network = self.build()
        self.dev = self._dev_batches()

    @abstractmethod
    def build(self) -> nn.Module:
        """The network to train, in fp32."""

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
        return RunningWindows(text, self.corpus.tokenizer)

    def batch(self, step: int) -> Tensors:
        """The masked windows of a step; every tenth step or so sees single sentences instead."""
        rng = np.random.default_rng((self.seed, step))
        if step % self.sentences_every == self.sentences_every - 1:
            return self.sentence_batch(rng)
        return as_batch(self.masking(self.windows.ids(self.order.numbers(step)), rng))

    def sentence_batch(self, rng: np.random.Generator) -> Tensors:
        """Masked sentences of one length, as many tokens as the windows of a step."""
        return as_batch(self.masking(self.sentences.draw(self.rows * WINDOW, rng)[1], rng))

    def parts(self, batch: Tensors) -> Iterator[tuple[Tensors, float]]:
        """What goes through the network at once, each with its share in the loss of the step; the whole batch."""
        yield batch, 1.0

    def loss(self, batch: Tensors) -> Tensor:
        """Mean cross-entropy of the chosen tokens."""
        return self.guess_loss(self.hidden(batch), batch)

    def guess_loss(self, hidden: Tensor, batch: Tensors) -> Tensor:
        """Mean cross-entropy at the chosen tokens; only they go through the vocabulary decoder."""
        logits = self.decode(hidden.flatten(0, 1)[batch["places"]])  # (chosen, vocabulary)
        return functional.cross_entropy(logits.float(), batch["answers"])

    @torch.no_grad()
    def scores(self, device: torch.device) -> dict[str, float]:
        """Share of the hidden pieces of the held-out windows that are guessed right."""
        right = [self._right(on_device(batch, device)) for batch in self.dev]
        return {"masked_accuracy": round(float(torch.cat(right).float().mean()), 4)}

    def _right(self, batch: Tensors) -> Tensor:
        """Whether each hidden piece is guessed: (chosen,)"""
        logits = self.decode(self.hidden(batch).flatten(0, 1)[batch["places"]])
        return logits.argmax(dim=-1) == batch["answers"]

    def _dev_batches(self) -> list[Tensors]:
        """Held-out windows from all over the text, 15 % of their tokens hidden, the same for every run."""
        windows = RunningWindows(self.corpus.dev, self.corpus.tokenizer)
        numbers = np.linspace(0, windows.count - 1, min(DEV_WINDOWS, windows.count)).astype(np.int64)
        hide, rng = Masking(self.corpus.tokenizer, random=0.0, keep=0.0), np.random.default_rng(2018)
        return [as_batch(hide(windows.ids(part), rng)) for part in np.array_split(numbers, max(1, len(numbers) // 32))]


def as_batch(masked: Masked, **others: NDArray[np.int64]) -> Tensors:
    """The arrays as tensors."""
    arrays = {"input_ids": masked.ids, "places": masked.places, "answers": masked.answers, **others}
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def on_device(batch: Tensors, device: torch.device) -> Tensors:
    """The batch where the network is."""
    return {name: tensor.to(device, non_blocking=True) for name, tensor in batch.items()}


def write_model(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path, *, segments: bool = True
) -> Path:
    """Writes fp16 weights, config.json (which asks for fp32) and the tokenizer; the model itself is left as it is.

    Without `segments` the tokenizer gives no segment ids.
    """
    halves = {name: weight.detach().to("cpu", torch.float16) for name, weight in model.named_parameters()}
    if sum(weight.nbytes for weight in halves.values()) <= MOST_BYTES:
        model.save_pretrained(folder, state_dict=halves)  # weights with two names come once
    else:
        write_blocks(halves, folder, most_bytes=MOST_BYTES)
        model.config.architectures = [type(model).__name__]
        model.config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    set_fields(folder / "tokenizer_config.json", {}, without=("is_local", "local_files_only"))  # how it was loaded here
    set_fields(folder / "config.json", {"dtype": "float32"})
    if not segments:
        set_fields(folder / "tokenizer_config.json", {"model_input_names": ["input_ids", "attention_mask"]})
    return folder


def set_fields(file: Path, fields: dict[str, Any], without: tuple[str, ...] = ()) -> None:
    """Sets fields of a JSON file and drops others."""
    values = json.loads(file.read_text()) | fields
    file.write_text(json.dumps({name: v for name, v in values.items() if name not in without}, indent=2) + "\n")
