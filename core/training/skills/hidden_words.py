"""Hidden words: plain texts, of which some tokens are hidden and have to be predicted."""

import math
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedTokenizerBase

from core.compression.score import RowCounts
from core.errors import PlaygroundError
from core.finetuning.gather import TrainingRow
from core.finetuning.report import Watched
from core.models.architecture import vocabulary_head
from core.models.encoding import Encoding
from core.models.tokenizer import Tokenizer
from core.tasks.fill_mask.schema import FillMaskRequest, FillMaskResult
from core.training.batches import Tensors
from core.training.examples import pad
from core.training.objectives.masked_lm import Masked, Masking, at_places
from core.training.skills.skill import Marks, NetworkOutputs, ask, inner, parts

LONGEST = 256  # pieces that are read together; longer texts are divided
FIXED = 7  # where the chance begins that hides the held-out tokens: the same in every training
MOST_LOSS = 20.0  # above it a perplexity says nothing


class MaskSkill:
    """The words of a domain: 15 % of the tokens are hidden, others each time a text is read."""

    classes: Sequence[str] = ()
    cuts = False
    keep = "loss"  # the score of a few hundred tokens moves in steps that are too large

    def __init__(self, tokenizer: Tokenizer, plain: PreTrainedTokenizerBase) -> None:
        self.tokenizer, self.plain = tokenizer, plain

    def examples(self, rows: Sequence[TrainingRow]) -> "MaskedTexts":
        """The texts, long ones in several parts; what is hidden is BERT's 80, 10 and 10 %."""
        cut = [self.cut(row.texts[0]) for row in rows]
        return MaskedTexts([one for parts_of in cut for one in parts_of], self, Masking(self.plain))

    def exam(self, rows: Sequence[TrainingRow]) -> "MaskExam":
        """The rows that are held out."""
        return MaskExam(self, rows)

    def cut(self, text: str) -> list[Encoding]:
        """A text in parts of at most LONGEST pieces."""
        pieces, room = self.tokenizer.pieces(text), self.tokenizer.room(most=LONGEST)
        return [self.tokenizer.join(pieces[start : start + room]) for start in range(0, len(pieces), room)]

    def outputs(self, network: nn.Module, batch: Tensors, *, states: bool = False) -> NetworkOutputs:
        """The logits of the pieces, (hidden tokens, vocabulary); only hidden tokens go through the decoder."""
        given = {name: batch[name] for name in ("input_ids", "attention_mask", "token_type_ids") if name in batch}
        found: Any = inner(network).base_model(**given, output_hidden_states=states)
        logits = vocabulary_head(inner(network))(at_places(found.last_hidden_state, batch))
        return NetworkOutputs(logits.float(), found.hidden_states if states else ())

    def judged(self, logits: Tensor, batch: Tensors) -> Tensor:
        """Mean cross-entropy of the hidden tokens."""
        return functional.cross_entropy(logits, batch["answers"])

    def watched(self, network: nn.Module, texts: Sequence[str]) -> list[Watched]:
        """The best word for each gap, with the probability of the first one."""
        found = []
        requests = [FillMaskRequest(text, top_k=1) for text in texts]
        with torch.autocast("cpu", enabled=False):  # numpy, in which the task decodes, has no bfloat16
            answers = ask(network, self.tokenizer, "fill-mask", requests)
        for text, one in zip(texts, answers, strict=True):
            if isinstance(one, PlaygroundError):
                found.append(Watched(text, one.message))
                continue
            fills = [mask.fills[0] for mask in cast(FillMaskResult, one).masks if mask.fills]
            score = fills[0].score if fills else None
            found.append(Watched(text, ", ".join(fill.text for fill in fills), score))
        return found


class MaskedTexts:
    """Texts whose hidden tokens are chosen again for each batch."""

    def __init__(self, texts: Sequence[Encoding], skill: MaskSkill, masking: Masking) -> None:
        self.texts, self.skill, self.masking = texts, skill, masking
        self.lengths: NDArray[np.int64] = np.array([len(text) for text in texts], dtype=np.int64)

    def collate(self, indices: NDArray[np.int64], rng: np.random.Generator) -> Tensors:
        """The tensors of these texts."""
        rows = [self.texts[n] for n in indices]
        ids = pad([row.ids for row in rows], self.skill.tokenizer.pad_id).numpy()
        return self.tensors(rows, self.masking(ids, rng))

    def tensors(self, rows: Sequence[Encoding], masked: Masked) -> Tensors:
        """The batch of texts that were hidden in."""
        tensors = masked.tensors() | {"attention_mask": pad([[1] * len(row) for row in rows], 0)}
        if self.skill.tokenizer.uses_type_ids:
            tensors["token_type_ids"] = pad([row.type_ids for row in rows], 0)
        return tensors


class MaskExam:
    """Held-out texts with tokens hidden, always the same ones and always behind the mask token."""

    def __init__(self, skill: MaskSkill, rows: Sequence[TrainingRow]) -> None:
        self.skill = skill
        cut = [(n, one) for n, row in enumerate(rows) for one in skill.cut(row.texts[0])]
        self.of = np.array([n for n, _ in cut], dtype=np.int64)  # the row of each part
        self.texts = MaskedTexts([one for _, one in cut], skill, Masking(skill.plain, random=0.0, keep=0.0))

    def marks(self, network: nn.Module, places: Sequence[int]) -> Marks:
        """The share of hidden tokens that are predicted, their mean loss, and how many they are."""
        loss, counts = 0.0, np.zeros((len(places), 3), dtype=np.int64)
        place_of = {n: place for place, n in enumerate(places)}
        for part in parts(np.flatnonzero(np.isin(self.of, places)).tolist(), self.texts.lengths):
            batch = self._hidden(part)
            logits = self.skill.outputs(network, batch).logits
            loss += float(functional.cross_entropy(logits, batch["answers"], reduction="sum"))
            rows = [place_of[int(self.of[part[n]])] for n in (batch["places"] // batch["input_ids"].shape[1]).tolist()]
            right = (logits.argmax(-1) == batch["answers"]).numpy()
            np.add.at(counts, rows, np.stack([right, np.ones_like(right), np.ones_like(right)], axis=1))
        right, _, hidden = counts.sum(0).tolist()
        mean = loss / max(1, hidden)
        others = {"loss": round(mean, 4), "perplexity": round(math.exp(min(mean, MOST_LOSS)), 2), "tokens": hidden}
        return Marks(right / max(1, hidden), others=others, counts=RowCounts(counts))

    def _hidden(self, part: Sequence[int]) -> Tensors:
        """The batch of these parts, each hidden as if it were alone: whom it stands with changes nothing."""
        rows = [self.texts.texts[n] for n in part]
        longest = max(map(len, rows))
        ones = [
            self.texts.masking(np.array([row.ids], dtype=np.int64), np.random.default_rng((FIXED, n)))
            for n, row in zip(part, rows, strict=True)
        ]
        ids = pad([one.ids[0].tolist() for one in ones], self.skill.tokenizer.pad_id)
        places = np.concatenate([one.places + n * longest for n, one in enumerate(ones)])
        answers = np.concatenate([one.answers for one in ones])
        batch = self.texts.tensors(rows, Masked(ids.numpy(), places, answers))
        return {name: torch.as_tensor(tensor) for name, tensor in batch.items()}
