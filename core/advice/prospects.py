"""What is known of every checkpoint that may be chosen: of those here as they are, of the others by configuration."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.advice.wish import skilled
from core.checkpoints.cards import DevScore
from core.checkpoints.catalog import Checkpoint
from core.checkpoints.known import Facts, KnownCheckpoint
from core.checkpoints.reading import read_object
from core.checkpoints.weights import folder_of
from core.engine import CheckpointStatus, Engine, Library

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}  # of a weight
SKILLS = ("inference", "sentences", "languages", "paraphrases", "sentiment")
PER_LAYER = 12  # weights of a layer, in squares of its width: 4 of attention, 8 of the two feed-forward matrices


@dataclass(frozen=True)
class Prospect:
    """A checkpoint: `here` says whether it can be asked at once. `body` are the weights of its layers, which decide
    how long it takes, `measured` the id of the checkpoint here that takes as long; `skills` what it was trained for."""

    id: str
    name: str
    family: str
    here: bool
    skills: frozenset[str]
    domain: str
    context_length: int
    parameters: int
    body: int
    megabytes: float
    measured: str = ""
    scores: tuple[DevScore, ...] = ()

    @property
    def multilingual(self) -> bool:
        """Whether it knows many languages."""
        return bool(self.skills & {"languages", "paraphrases"})


def prospects(engine: Engine, library: Library, known: Mapping[str, KnownCheckpoint]) -> list[Prospect]:
    """Those here, but for earlier versions of another one, and those of the Hub that are known by name."""
    status = engine.status()
    sizes = {one.id: one for one in status.checkpoints}
    weight = BYTES.get(status.dtype, 4)
    found = []
    for row in library.catalog:
        size = sizes.get(row.id)
        if size and size.parameters and not row.earlier_of:
            encoder = library.catalog[row.base] if row.base else row
            found.append(present(row, encoder, size, weight, library.scores(row.id)))
    here = {one.id for one in found}
    return found + [absent(row, library.facts(row), weight) for id, row in known.items() if id not in here]


def present(
    row: Checkpoint, encoder: Checkpoint, size: CheckpointStatus, weight: int, scores: tuple[DevScore, ...]
) -> Prospect:
    """One that is here, by itself or on an `encoder`; a weight takes so many bytes."""
    skills = {row.head, *named_skills(row.id)}
    skills |= {name for name, has in (("inference", row.zero_shot), ("sentences", row.sentences)) if has}
    config = read_object(folder_of(encoder) / "config.json")
    width = config.get("hidden_size", config.get("dim", 0))
    return Prospect(
        row.id,
        row.name,
        row.family,
        here=True,
        skills=frozenset(skills),
        domain="",
        context_length=row.context_length,
        parameters=size.parameters,
        body=PER_LAYER * size.layers * width**2,
        megabytes=weight * size.parameters / 1e6,
        measured=encoder.id,
        scores=scores,
    )


def absent(row: KnownCheckpoint, facts: Facts, weight: int) -> Prospect:
    """One of the Hub, by its configuration."""
    return Prospect(
        row.id,
        row.name,
        row.family,
        here=False,
        skills=frozenset({row.head, *named_skills(row.id)}),
        domain=row.domain,
        context_length=facts.context_length,
        parameters=facts.parameters,
        body=PER_LAYER * facts.layers * facts.hidden_size**2,
        megabytes=weight * facts.parameters / 1e6,
    )


def named_skills(id: str) -> set[str]:
    """Those that assets/choosing.toml names."""
    return {
        skill for skill in ("inference", "sentences", "languages", "paraphrases", "sentiment") if id in skilled(skill)
    }
