"""The checkpoints: rows of catalog.toml, and which tasks a row can do. Loads no weights."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from core.checkpoints.tensors import NEXT_SENTENCE, holds
from core.errors import TaskNotSupportedError, UnknownNameError
from core.paths import ROOT
from core.tasks import TASKS, tasks_that_need

MODELS = ROOT / "assets" / "models"

Head = Literal[
    "encoder",
    "masked-lm",
    "token-classification",
    "question-answering",
    "sequence-classification",
    "replaced-token-detection",
]

VIEW_OF_HEAD: dict[Head, str] = {  # of heads that judge the words of a text, each in a way of its own
    "masked-lm": "Fill the gaps",
    "replaced-token-detection": "Spot swaps",
}


@dataclass(frozen=True)
class Checkpoint:
    """One row. `location` is a package, a folder of assets/models if bundled, else any folder; a row with `base`
    is an adapter on that checkpoint, one with `trained_from` is that checkpoint with all its weights trained further.

    `zero_shot`: its classes are those of inference; `sentences`: it was trained to place similar texts close together;
    `next_sentence`: beside its head for masked words, its weights hold BERT's for the next sentence.
    `in_blocks`: its largest matrix lies in several files, which transformers does not join (core/models/row_blocks.py).
    `earlier_of` names the checkpoint of which this is a shorter training, kept for comparison; one with
    an `owner` is that visitor's alone, as `Catalog.of` sees to; `note` warns of what it cannot do. With
    `enhanced_mask_decoder` it is of core/models/enhanced_mask_decoder.py, which transformers does not have.
    """

    id: str
    name: str
    summary: str
    source: Literal["package", "bundled", "hub", "local"]
    location: str
    family: str
    head: Head
    objective: str
    revision: str
    licence: str
    context_length: int
    paper: str
    base: str = ""
    trained_from: str = ""
    earlier_of: str = ""
    zero_shot: bool = False
    sentences: bool = False
    next_sentence: bool = False
    model_type: str = "bert"
    enhanced_mask_decoder: bool = False
    in_blocks: bool = False
    owner: str = field(default="", repr=False)  # a secret of the visitor, hence in no message
    note: str = ""

    @property
    def trained(self) -> frozenset[str]:
        """What its weights are trained for, as tasks need it: its head, the encoder below, what comes with them."""
        also = {"inference": self.zero_shot, "next-sentence": self.next_sentence}
        return frozenset({self.head, "encoder", *(name for name, there in also.items() if there)})

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks its weights were trained for, then those of any encoder."""
        return tuple(spec.name for spec in TASKS.values() if spec.needs in self.trained)


class Catalog:
    """Checkpoints by id, in the order of the file; those that are downloaded or uploaded while it runs come last.

    It shows everybody's and those of its `visitor`; another's is as unknown as one that does not exist.
    """

    def __init__(self, rows: Iterable[Checkpoint]) -> None:
        self.visitor = ""
        self._everyone = False
        self._rows = {row.id: row for row in rows}
        self._source = self  # whose rows all views of one catalogue show

    def of(self, visitor: str) -> "Catalog":
        """The same catalogue as a visitor sees it; as nobody in particular does for an empty one."""
        return self._view(visitor, everyone=False)

    def whole(self) -> "Catalog":
        """The same catalogue with the checkpoints of all visitors, for what has asked who may use them already."""
        return self._view(self.visitor, everyone=True)

    def _view(self, visitor: str, *, everyone: bool) -> "Catalog":
        view = Catalog(())
        view.visitor, view._everyone, view._source = visitor, everyone, self._source
        return view

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is pickled: what it shows, and nothing of others."""
        return catalog_of, (tuple(self), self.visitor)

    def _shows(self, row: Checkpoint) -> bool:
        return not row.owner or self._everyone or row.owner == self.visitor

    def __iter__(self) -> Iterator[Checkpoint]:
        return filter(self._shows, self._source._rows.values())

    def __getitem__(self, checkpoint: str) -> Checkpoint:
        row = self._source._rows.get(checkpoint)
        if row is None or not self._shows(row):
            raise UnknownNameError("model", checkpoint, (row.id for row in self))
        return row

    def with_base(self, checkpoint: str) -> tuple[Checkpoint, ...]:
        """A checkpoint and, of an adapter, the encoder below it; for a folder on the disk, so without their owner,
        whose id is a secret."""
        row = self[checkpoint]
        return tuple(replace(one, owner="") for one in ((row, self[row.base]) if row.base else (row,)))

    def add(self, row: Checkpoint) -> None:
        """Takes in a checkpoint, in place of one of the same id."""
        source = self._source
        source._rows = source._rows | {row.id: row}  # a new table: others may be walking through the old one

    def remove(self, checkpoint: str) -> None:
        """Forgets a checkpoint."""
        source = self._source
        source._rows = {id: row for id, row in source._rows.items() if id != checkpoint}

    def supporting(self, task: str) -> tuple[Checkpoint, ...]:
        """The checkpoints that can do `task`: those trained for it before those that merely can."""
        able = [row for row in self if task in row.tasks]
        return tuple(sorted(able, key=lambda row: TASKS[task].needs != row.head))

    def origin(self, checkpoints: Sequence[str]) -> str:
        """The one of them that others came from, their base or a shorter training of theirs; else the first."""
        rows = [self[checkpoint] for checkpoint in checkpoints]
        found = (
            row.id
            for row in rows
            if any(row.id in (other.base, other.trained_from) or row.earlier_of == other.id for other in rows)
        )
        return next(found, checkpoints[0])

    def require(self, task: str, checkpoint: str) -> Checkpoint:
        """The row of `checkpoint`, or TaskNotSupportedError if it cannot do `task`."""
        row = self[checkpoint]
        if task not in row.tasks:
            able = ", ".join(other.id for other in self.supporting(task))
            message = f"“{row.id}” has no trained head for {task}; it can do {', '.join(row.tasks)}."
            hint = f"For {task}, use {able}." if able else f"No available model can do {task}."
            raise TaskNotSupportedError(message, " ".join(filter(None, [hint, counterpart(row, task)])))
        return row


def catalog_of(rows: Sequence[Checkpoint], visitor: str) -> Catalog:
    """A catalogue of these rows as a visitor sees it."""
    return Catalog(rows).of(visitor)


def counterpart(row: Checkpoint, task: str) -> str:
    """What to ask of a checkpoint that fills gaps instead of spotting swapped words, or the other way round."""
    of_heads = [task for head in VIEW_OF_HEAD for task in tasks_that_need(head)]
    if row.head not in VIEW_OF_HEAD or task not in of_heads:
        return ""
    return f"Use {row.id} for {row.tasks[0]} (the view “{VIEW_OF_HEAD[row.head]}”)."


@cache
def load_catalog() -> Catalog:
    """The rows of catalog.toml."""
    rows = tomllib.loads(Path(__file__).with_name("catalog.toml").read_text(encoding="utf-8"))
    return Catalog(with_second_head(Checkpoint(**row)) for row in rows["checkpoint"])


def with_second_head(row: Checkpoint) -> Checkpoint:
    """A bundled row, told from its weights whether it has a head for the next sentence."""
    if row.source != "bundled" or row.model_type != "bert" or row.head != "masked-lm" or row.base:
        return row
    return replace(row, next_sentence=holds(MODELS / row.location, NEXT_SENTENCE))


def spoken(checkpoint: str) -> str:
    """What a sentence calls the checkpoint of that id: “MiniLM (entities)” for the name “MiniLM · entities”.

    The id itself for a visitor's own, and where the name is only a part of it or not the only one. Code, links and
    tables of results keep the id.
    """
    names = {row.id: row.name for row in load_catalog()}
    name = names.get(checkpoint, "")
    if checkpoint.endswith(name) or list(names.values()).count(name) > 1:
        return checkpoint
    model, _, made_for = name.partition(" · ")
    return f"{model} ({made_for})" if made_for else model
