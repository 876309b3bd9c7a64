"""Labels of texts, or tags of their words."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedTokenizerBase

from core.compression.score import count
from core.finetuning.gather import TrainingRow
from core.finetuning.report import Watched
from core.finetuning.score import score_of
from core.training.batches import Tensors
from core.training.examples import IGNORED, Sequences, model_inputs
from core.training.labelled import RowEncoder
from core.training.skills.skill import Marks, NetworkOutputs, parts


class LabelSkill:
    """One label for a text or two, or with `tags` one for each word of a text; accuracy, or F1 of names."""

    cuts = True
    keep = "score"

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        classes: Sequence[str],
        *,
        longest: int,
        tags: bool,
        weights: Tensor | None = None,
    ) -> None:
        """`longest` in pieces; `weights` of the classes, (classes,), where rare ones count for more."""
        self.classes, self.tags, self.weights = classes, tags, weights
        self.encoder = RowEncoder(tokenizer, classes, longest=longest, tags=tags)

    def examples(self, rows: Sequence[TrainingRow]) -> Sequences:
        """The rows to learn from."""
        return self.encoder.encode(rows)

    def exam(self, rows: Sequence[TrainingRow]) -> "LabelExam":
        """The rows that are held out."""
        return LabelExam(self, rows)

    def outputs(self, network: nn.Module, batch: Tensors, *, states: bool = False) -> NetworkOutputs:
        """The logits of the classes of texts or of pieces that have a label."""
        found = network(**model_inputs(batch), output_hidden_states=states)
        logits = found.logits[batch["labels"] != IGNORED] if self.tags else found.logits
        return NetworkOutputs(logits.float(), found.hidden_states if states else ())

    def judged(self, logits: Tensor, batch: Tensors) -> Tensor:
        """Mean cross-entropy of the classes of texts or pieces."""
        labels = batch["labels"]
        return functional.cross_entropy(logits, labels[labels != IGNORED], weight=self.weights)

    def predict(self, network: nn.Module, examples: Sequences, places: Sequence[int]) -> list[Tensor]:
        """The probabilities of the classes, (classes,) for each example or (tokens, classes) for its pieces."""
        found: dict[int, Tensor] = {}
        for part in parts(places, examples.lengths):
            batch = examples.collate(np.array(part), np.random.default_rng(0))
            logits = network(**model_inputs(batch)).logits.float()
            for n, row in zip(part, logits.softmax(-1), strict=True):
                found[n] = row[: examples.lengths[n]] if self.tags else row
        return [found[n] for n in places]

    def labels(
        self, network: nn.Module, examples: Sequences, rows: Sequence[TrainingRow], places: Sequence[int]
    ) -> list[tuple[str, ...]]:
        """The class of each text, or the tag of each of its words."""
        found: list[tuple[str, ...]] = []
        for n, probabilities in zip(places, self.predict(network, examples, places), strict=True):
            best = probabilities.argmax(-1)
            if not self.tags:
                found.append((self.classes[int(best)],))
                continue
            tags = ["O"] * len(rows[n].texts)
            for piece, word in self.encoder.word_starts(rows[n]):
                tags[word] = self.classes[int(best[piece])]
            found.append(tuple(tags))
        return found

    def watched(self, network: nn.Module, texts: Sequence[str]) -> list[Watched]:
        """The label of each text with its probability, or the tags of its words."""
        if self.tags:
            words = [tuple(text.split()) for text in texts]
            rows = [TrainingRow(0, one, ("O",) * len(one)) for one in words]
            tags = self.labels(network, self.examples(rows), rows, range(len(rows)))
            return [Watched(text, " ".join(names)) for text, names in zip(texts, tags, strict=True)]
        examples = self.examples([TrainingRow(0, (text,), tuple(self.classes[:1])) for text in texts])
        best = [row.max(-1) for row in self.predict(network, examples, range(len(texts)))]
        names = [self.classes[int(one.indices)] for one in best]
        return [Watched(text, name, float(top.values)) for text, name, top in zip(texts, names, best, strict=True)]


class LabelExam:
    """Held-out rows with their labels."""

    def __init__(self, skill: LabelSkill, rows: Sequence[TrainingRow]) -> None:
        self.skill, self.rows, self.examples = skill, rows, skill.examples(rows)

    def marks(self, network: nn.Module, places: Sequence[int]) -> Marks:
        """Accuracy of classes, or F1 of names."""
        found = self.skill.labels(network, self.examples, self.rows, places)
        gold = [self.rows[n].labels for n in places]
        return Marks(score_of(found, gold), tuple(found), counts=count(found, gold, tags=self.skill.tags))
