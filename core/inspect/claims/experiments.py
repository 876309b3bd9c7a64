"""The experiments of each page, and how they are done one after the other as a job."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.engine import Engine
from core.errors import InputError, PlaygroundError, TaskNotSupportedError, UnknownNameError
from core.inspect.claims.attention import AGREEMENT
from core.inspect.claims.claim import Experiment, Hearing, JudgedClaim, PaperClaim
from core.inspect.claims.heads import HEADS
from core.inspect.claims.layers import LAYERS
from core.inspect.claims.steps import STEPS
from core.inspect.claims.switching_off import SWITCHING_OFF
from core.inspect.grammar import ParsedSentence
from core.jobs import State

EXPERIMENTS: Mapping[str, tuple[Experiment, ...]] = {
    "heads": HEADS,
    "layers": LAYERS,
    "steps": STEPS,
    "explain": (*AGREEMENT, *SWITCHING_OFF),
}


def find_experiments(page: str) -> tuple[Experiment, ...]:
    """Those of a page; UnknownNameError lists the pages that have some."""
    if page not in EXPERIMENTS:
        raise UnknownNameError("set of claims", page, EXPERIMENTS)
    return EXPERIMENTS[page]


def tasks_of(page: str) -> list[str]:
    """The tasks that checkpoints of its experiments must be able to do, each once."""
    return list(dict.fromkeys(one.task for one in find_experiments(page)))


@dataclass(frozen=True)
class ClaimsRun:
    """The experiments of a page; `checkpoints` are pairs of a task and a checkpoint for the experiments that are about
    it. Probes read the `sentences` of a file, if there are any, in place of our own."""

    page: str
    checkpoints: tuple[tuple[str, str], ...]
    sentences: tuple[ParsedSentence, ...] = ()

    @property
    def steps(self) -> list[tuple[Experiment, str]]:
        """Each experiment with each checkpoint for it."""
        return [
            (one, checkpoint)
            for one in find_experiments(self.page)
            for task, checkpoint in self.checkpoints
            if task == one.task
        ]

    @property
    def total(self) -> int:
        """Requests, about."""
        return sum(one.size for one, _ in self.steps)

    def run(self, engine: Engine, library: object, state: State) -> None:
        """The claims so far, a tuple of JudgedClaim, stand in `state.result`. Where an experiment does not suit its
        checkpoint, its claims are not measured and say why."""
        found: list[JudgedClaim] = []
        before = 0
        for one, checkpoint in self.steps:
            try:
                found += one.run(engine, checkpoint, Hearing(state, before, self.sentences))
            except (InputError, TaskNotSupportedError) as e:
                found += [not_measured(checkpoint, claim, e) for claim in one.claims]
            before += one.size
            state.done, state.result = before, tuple(found)
            state.size = 10_000 * len(found)


def not_measured(checkpoint: str, claim: PaperClaim, error: PlaygroundError) -> JudgedClaim:
    """A claim that could not be measured, with the reason."""
    return JudgedClaim(checkpoint, claim, f"{error.message} {error.hint}".strip(), 0.0, 0.0, 0, "not measured")
