"""Tiny networks pretrained on a text, each with an objective of its own, taking turns."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from transformers import BertTokenizer, PreTrainedTokenizerBase

from core.checkpoints.catalog import load_catalog
from core.errors import InputError
from core.models.loader import Loader
from core.pretraining.plan import SWAPPING, Contender, PretrainPlan
from core.pretraining.report import PieceFill, PretrainStart
from core.text.spans import PLACEHOLDER
from core.training.batches import Tensors, WindowOrder
from core.training.fit import Step, Validation, exhausted, fit
from core.training.objectives.masked_lm import Masking, WholeWordMasking
from core.training.objectives.replaced_token import with_dice
from core.training.optimizer import Optimizer
from core.training.save import save_model
from core.training.schedule import Schedule
from core.training.start import log_frequencies, start_vectors
from core.training.state import TrainingState
from core.training.tiny import learner
from core.training.windows import RunningWindows, TokenisedText

BUNDLED = "mini-bert"  # whose vocabulary may be taken
WINDOW, ROWS, DEV_ROWS = 32, 32, 200  # tokens of a window, windows of a batch, held-out windows
WARM_UP, ENDLESS = 50, 1_000_000  # steps
POINT_S_WEIGHTS = 10_000_000  # weights times steps between two points, so that they come every few seconds
FEWEST_BETWEEN, MOST_BETWEEN = 5, 25  # steps between two points
FILLS, ALPHABET = 3, 200
FEWEST_WINDOWS = 8  # of the text to learn from


class PretrainText:
    """A text in pieces: windows to learn from, held-out windows, and the tokenizer."""

    def __init__(self, train: Sequence[str], dev: Sequence[str], plan: PretrainPlan) -> None:
        """InputError if there is too little."""
        self.plan, self.tokenizer = plan, vocabulary(train, plan.pieces)
        self.windows = self._windows(train)
        self.dev = self._windows(dev)
        if self.windows.count < FEWEST_WINDOWS or not self.dev.count:
            raise InputError("There is too little text to learn from.", "Add more of it.", "text")

    @cached_property
    def counted(self) -> tuple[Tensor, Tensor]:
        """What counts of the text say before any training: vectors of the pieces (vocabulary, width), and the
        logarithms of their frequencies."""
        tokens, pieces = self.windows.text.tokens, len(self.tokenizer)
        return start_vectors(tokens, pieces, self.plan.width, self.plan.seed), log_frequencies(tokens, pieces)

    def _windows(self, lines: Sequence[str]) -> RunningWindows:
        encoded = self.tokenizer(list(lines), add_special_tokens=False)["input_ids"] if lines else []
        ends = np.cumsum([0, *(len(one) + 1 for one in encoded)])
        tokens = np.fromiter(chain.from_iterable([*one, self.tokenizer.sep_token_id] for one in encoded), np.uint16)
        return RunningWindows(TokenisedText(tokens, ends[:-1], ends[:-1]), self.tokenizer, width=WINDOW)


def vocabulary(lines: Sequence[str], pieces: int) -> PreTrainedTokenizerBase:
    """BERT's word pieces in lower case, chosen from the text; those of a bundled checkpoint for 0 pieces."""
    if not pieces:
        return Loader(load_catalog()).tokenizer(load_catalog()[BUNDLED])[1]
    untrained = BertTokenizer(model_max_length=128)
    made: PreTrainedTokenizerBase = untrained.train_new_from_iterator(
        [lines], pieces, show_progress=False, limit_alphabet=ALPHABET
    )
    return made


class Pretraining:
    """One contender, from its fresh weights to the folder that it leaves."""

    def __init__(self, text: PretrainText, contender: Contender, plan: PretrainPlan) -> None:
        self.text, self.contender, self.plan = text, contender, plan
        self.learner = learner(contender, plan, text.tokenizer)
        if plan.head_start:
            self.learner.begin(*text.counted)
        swaps = {"random": 0.0, "keep": 0.0} if contender.objective in SWAPPING else {}
        kind: type[Masking] = WholeWordMasking if contender.objective == "masked-words" else Masking
        fates = swaps or {"random": 0.1, "keep": 0.1}
        self.masking = kind(text.tokenizer, rate=contender.rate, **fates)
        self.rows = min(ROWS, text.windows.count)
        self.order = WindowOrder(text.windows.count, rows=self.rows, seed=plan.seed)
        self.dev = self._dev()
        optimizer = Optimizer(self.learner.network, learning_rate=plan.learning_rate or contender.learning_rate)
        self.state = TrainingState(optimizer, Schedule(ENDLESS, warm_up=WARM_UP))
        self.weights = sum(weight.numel() for weight in self.learner.model.parameters())
        self.with_generator = sum(weight.numel() for weight in optimizer.weights.values())
        self.validation = Validation(self.scores, keep="dev_loss", patience=plan.patience, lower_is_better=True)

    @property
    def spent(self) -> float:
        """Seconds or tokens, whatever the plan counts."""
        return self.state.seconds if self.plan.seconds else self.state.tokens

    @property
    def why(self) -> str:
        """Why it is over; empty while it is not."""
        if exhausted(self.state, self.validation):
            return f"Held-out loss has not fallen for {self.plan.patience} evaluations: it has stopped learning."
        if self.spent < (self.plan.seconds or self.plan.tokens):
            return ""
        return "Its time is up." if self.plan.seconds else "It has read its tokens."

    def run(self) -> Iterator[Step]:
        """Each step, without an end of its own but that of its patience."""
        every = int(np.clip(POINT_S_WEIGHTS // self.with_generator, FEWEST_BETWEEN, MOST_BETWEEN))
        yield from fit(self.state, self.learner.loss, self.batch, point_every=every, validation=self.validation)

    def batch(self, step: int) -> Tensors:
        """The windows of a step, some of their tokens hidden."""
        rng = np.random.default_rng((self.plan.seed, step))
        return with_dice(self.masking(self.text.windows.ids(self.order.numbers(step)), rng).tensors(), rng)

    @torch.no_grad()
    def scores(self) -> dict[str, float]:
        """The loss on held-out text, and its score."""
        loss, scores = self.learner.judged(self.dev)
        return {"dev_loss": float(loss), **scores}

    @torch.no_grad()
    def fills(self) -> list[PieceFill]:
        """The best pieces for the gap of the sentence that is watched; a piece in the middle of a word begins with
        two hyphens or hash marks, as its tokenizer writes it."""
        tokenizer = self.text.tokenizer
        if not self.plan.sentence:
            return []
        ids = tokenizer(PLACEHOLDER.sub(tokenizer.mask_token, self.plan.sentence), return_tensors="pt")["input_ids"]
        ids = ids[:, :WINDOW]
        if not (ids == tokenizer.mask_token_id).any():
            return []
        place = int((ids[0] == tokenizer.mask_token_id).nonzero()[0])
        probabilities = self.learner.fill(ids, place)
        probabilities[tokenizer.all_special_ids] = 0.0
        found = []
        for probability, piece in zip(*(part.tolist() for part in probabilities.topk(FILLS)), strict=True):
            ids[0, place] = piece
            doubt = self.learner.doubt(ids, place)
            word = str(tokenizer.convert_ids_to_tokens(piece))
            found.append(PieceFill(word, round(probability, 4), doubt and round(doubt, 4)))
        return found

    def finish(self, folder: Path) -> float:
        """Writes the best weights as plain transformers loads them; their score."""
        self.state.restore_best()
        self.learner.network.eval()
        score = self.scores()["score"]
        save_model(self.learner.model, self.text.tokenizer, folder, blocks=False)
        return round(score, 4)

    def _dev(self) -> Tensors:
        """Held-out windows with 15% of their tokens hidden, whatever the rate of the training."""
        windows = np.arange(min(DEV_ROWS, self.text.dev.count))
        rng = np.random.default_rng(2018)
        masking = Masking(self.text.tokenizer, random=0.0, keep=0.0)
        return with_dice(masking(self.text.dev.ids(windows), rng).tensors(), rng)


def start(text: PretrainText, contenders: Sequence[Pretraining]) -> PretrainStart:
    """What there is before the first step, or before those after a restart."""
    return PretrainStart(
        pieces=len(text.tokenizer),
        tokens=len(text.windows.text.tokens),
        held_out=len(text.dev.text.tokens),
        batch_tokens=contenders[0].rows * WINDOW,
        weights=tuple(one.weights for one in contenders),
        with_generator=tuple(one.with_generator for one in contenders),
        resumed=sum(one.state.step for one in contenders),
    )
