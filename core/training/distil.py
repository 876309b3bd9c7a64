"""A student with fewer layers learns from its teacher: soft targets, hidden states, and the task's own loss."""

import copy
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from core.checkpoints.catalog import Checkpoint
from core.compression.rows import known_rows
from core.compression.score import RowCounts
from core.distillation.needs import distil_need
from core.distillation.plan import FEWEST_ROWS, DistilPlan, blocks, check_layers
from core.distillation.report import ALONE, CUT, STUDENT, TEACHER, DistilledNetwork, DistilOutcome, DistilStart
from core.errors import InputError
from core.finetuning.gather import TrainingRow
from core.finetuning.memory import shape_of
from core.finetuning.plan import LABELLED
from core.models.hooks import layers
from core.models.loader import Loader
from core.models.smaller import stored_bytes, with_layers
from core.models.timing import TOGETHER, time_round
from core.training.batches import Tensors
from core.training.finetune import DivergedError, FineTuning
from core.training.labelled import trained_classes
from core.training.objectives.distillation import cosine_loss, soft_loss
from core.training.optimizer import count_weights
from core.training.skills.skill import Marks, NetworkOutputs

ALONE_TIMED, ROUNDS = 16, 7  # texts that are timed alone; rounds of the timing, teacher and student in turn


class Distilling(FineTuning):
    """One student, from the layers of its teacher that it starts with to the folder that it leaves."""

    teacher: PreTrainedModel

    def __init__(
        self,
        loader: Loader,
        row: Checkpoint,
        plan: DistilPlan,
        train: Sequence[TrainingRow],
        dev: Sequence[TrainingRow],
    ) -> None:
        self.distil = plan
        self.parts: dict[str, Tensor] = {}  # the losses of the last batch, not weighted
        if len(train) < FEWEST_ROWS or not dev:
            message = f"There are {len(train)} rows to learn from and {len(dev)} held out."
            raise InputError(message, f"Add more: at least {FEWEST_ROWS} and 1 are needed.")
        if plan.task in LABELLED:
            classes, tags = trained_classes(row, loader), plan.task == "token-classification"
            train = known_rows(train, classes, tags=tags, fewest=FEWEST_ROWS)
            dev = known_rows(dev, classes, tags=tags, fewest=1)
        super().__init__(loader, row, plan.training, train, dev)

    def taught_with(self, other: "Distilling") -> None:
        """Takes the teacher of another student in place of its own, which is the same: there is one in memory."""
        self.teacher = other.teacher

    def begin_with(self, model: PreTrainedModel) -> PreTrainedModel:
        """The student; the checkpoint itself is its teacher."""
        check_layers(len(layers(model)), self.distil.layers)
        self.teacher = model.requires_grad_(False).eval()
        self.blocks = blocks(len(layers(model)), self.distil.layers)
        return self.cut()

    def cut(self) -> PreTrainedModel:
        """The student as it starts, with weights of its own: nobody has taught it yet."""
        student = copy.deepcopy(with_layers(self.teacher, [block.first for block in self.blocks]))
        return student.requires_grad_(True)

    def loss(self, batch: Tensors) -> Tensor:
        """The three losses, each with its weight."""
        plan = self.distil
        ours = self.skill.outputs(self.network, batch, states=bool(plan.hidden))
        self.parts = {}
        if plan.soft or plan.hidden:
            theirs = self._taught(batch)
            if plan.soft:
                self.parts["soft"] = soft_loss(ours.logits, theirs.logits, temperature=plan.temperature)
            if plan.hidden:
                self.parts["hidden"] = self._hidden_loss(ours, theirs, batch)
        if plan.own:
            self.parts["own"] = self.skill.judged(ours.logits, batch)
        weighted = [getattr(plan, name) * part for name, part in self.parts.items()]
        self.parts = {name: part.detach() for name, part in self.parts.items()}
        return torch.stack(weighted).sum()

    @torch.no_grad()
    def _taught(self, batch: Tensors) -> NetworkOutputs:
        """What the teacher makes of the batch."""
        return self.skill.outputs(self.teacher, batch, states=bool(self.distil.hidden))

    def _hidden_loss(self, ours: NetworkOutputs, theirs: NetworkOutputs, batch: Tensors) -> Tensor:
        """One minus the cosine of what each layer gives and what the last of its block gives, without the padding."""
        read = batch["attention_mask"].bool()  # (rows, tokens)
        pairs = [(ours.states[n + 1], theirs.states[block.last + 1]) for n, block in enumerate(self.blocks)]
        return torch.stack([cosine_loss(own[read], taught[read]) for own, taught in pairs]).mean()

    def started(self) -> DistilStart:
        """What the distillation is, before its first step."""
        return DistilStart(
            steps=self.steps,
            batch_tokens=self.batch_tokens,
            teacher_layers=len(layers(self.teacher)),
            layers=self.depth,
            teacher_weights=count_weights(self.teacher),
            weights=count_weights(self.model),
            truncated=self.truncated,
            teacher_score=round(self.marks_of(self.teacher, self.sample).score, 4),
            before=round(self.ask_before().score, 4),
            resumed=self.state.step,
            expected_mb=self.expected_mb(),
        )

    def expected_mb(self) -> float:
        """The memory that the distillation is expected to need; 0 if the configuration does not tell."""
        shape = shape_of(count_weights(self.teacher), self.teacher.config.to_dict())
        return round(distil_need(shape, self.distil, **self.sizes()).total, 1) if shape else 0.0

    def finished(self, folder: Path, alone: "Distilling | None") -> DistilOutcome:
        """Writes the best student as plain transformers loads it, and measures all that are compared with it on all
        held-out rows; `alone` is the student taught by labels alone."""
        found = self.finish(folder)
        everything = range(len(self.dev_rows))
        teacher = self.marks_of(self.teacher, everything)
        marks = {CUT: self.marks_of(self.cut(), everything), STUDENT: self.marks(everything)}
        if marks[STUDENT].counts is None:
            raise DivergedError("The student's weights are no numbers any more.", "Try a lower learning rate.")
        if alone and alone.state.step:
            alone.state.restore_best()
            of_alone = alone.marks(everything)
            if of_alone.counts is not None:  # else its weights are no numbers
                marks[ALONE] = of_alone
        of_teacher, of_student = self._costs()
        ahead = counts_of(marks[STUDENT]).change(counts_of(marks[ALONE])) if ALONE in marks else (0.0, 0.0)
        return DistilOutcome(
            found.best,
            found.score,
            found.seconds,
            of_network(TEACHER, self.teacher, of_teacher, teacher, teacher),
            tuple(of_network(what, self.model, of_student, one, teacher) for what, one in marks.items()),
            ahead=round(ahead[0], 4),
            ahead_error=round(ahead[1], 4),
            others=found.others,
        )

    def _costs(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Milliseconds of teacher and student for a text alone and for one of 32, medians of several rounds in turn."""
        examples = self.skill.examples(self.dev_rows[:TOGETHER])
        places = [n % len(examples.lengths) for n in range(TOGETHER)]
        batches = [examples.collate(np.array([n]), np.random.default_rng(0)) for n in places[:ALONE_TIMED]]
        together = examples.collate(np.array(places), np.random.default_rng(0))
        rounds: list[list[tuple[float, float]]] = [[], []]
        for network in (self.teacher, self.model):
            if getattr(network, "_supports_sdpa", False):
                network.set_attn_implementation("sdpa")
        with torch.inference_mode():
            for _ in range(ROUNDS):
                for network, times in zip((self.teacher, self.model), rounds, strict=True):
                    times.append(time_round(partial(self.skill.outputs, network), batches, together))
        teacher, student = ((median(one for one, _ in times), median(two for _, two in times)) for times in rounds)
        return teacher, student


def of_network(
    what: str, network: PreTrainedModel, costs: tuple[float, float], marks: Marks, teacher: Marks
) -> DistilledNetwork:
    """What is told of a network: what it costs, and its score beside the teacher's."""
    kept, kept_error = counts_of(marks).kept(counts_of(teacher))
    return DistilledNetwork(
        what,
        len(layers(network)),
        count_weights(network),
        round(stored_bytes(network) / 1e6, 3),
        alone_ms=round(costs[0], 3),
        batch_ms=round(costs[1], 3),
        score=round(marks.score, 4),
        error=round(counts_of(marks).error, 4),
        kept=round(kept, 4),
        kept_error=round(kept_error, 4),
    )


def counts_of(marks: Marks) -> RowCounts:
    """What the score is made of."""
    assert marks.counts
    return marks.counts
