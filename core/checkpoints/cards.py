"""Model cards: their text, and the dev scores that the recipes write into their front matter as `model-index`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from huggingface_hub import EvalResult, ModelCard
from huggingface_hub.repocard import REGEX_YAML_BLOCK

from core.checkpoints.catalog import MODELS, Checkpoint
from core.tasks import TASKS

MILLISECONDS = "ms per sentence"  # a measure that is no score


@dataclass(frozen=True)
class DevScore:
    """`value` of a `measure` over the `rows` of a dev set, both named in plain words; `task` is what was measured."""

    task: str
    dataset: str
    measure: str
    value: float
    rows: int


def card_file(row: Checkpoint) -> Path:
    """The card that the recipes write: beside a bundled adapter; for a package, in a folder of the checkpoint's id."""
    return MODELS / (row.location if row.source == "bundled" else row.id) / "README.md"


def read_text(file: Path) -> str:
    """A card without its front matter, which is cut off as ModelCard does it but not parsed: it may be a stranger's."""
    text = file.read_text(encoding="utf-8", errors="replace").replace("\0", "")  # whatever an editor wrote
    return REGEX_YAML_BLOCK.sub("", text, count=1).strip()


@cache
def read_scores(file: Path) -> tuple[DevScore, ...]:
    """The scores of a card in its order; none if it is not there."""
    if not file.is_file():
        return ()
    return tuple(map(dev_score, ModelCard.load(file).data.eval_results or []))


def dev_score(one: EvalResult) -> DevScore:
    """A score as the Hub writes it."""
    rows = (one.dataset_args or {})["rows"]
    return DevScore(one.task_type, one.dataset_name, str(one.metric_name), one.metric_value, int(rows))


def scores_for(task: str, scores: tuple[DevScore, ...]) -> tuple[DevScore, ...]:
    """Those that tell of `task`: measured on a task of the same head, or of the encoder below; no times."""
    return tuple(one for one in scores if head_for(one.task) == head_for(task) and one.measure != MILLISECONDS)


def head_for(task: str) -> str:
    """The head that a task reads, none for a task that is not one of ours, as cards from elsewhere name them; inference
    is what a classifier of sequences learned."""
    needs = TASKS[task].needs if task in TASKS else ""
    return "sequence-classification" if needs == "inference" else needs
