"""How much memory a training will need, part by part, before it starts.

What a process needs by itself and for each token was measured: 19 trainings of five networks, head, LoRA and all
weights, batches of 64 to 4,096 tokens, of rows that are alike in length and of rows that are not.
`python -m benchmarks training` compares estimates with what was needed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.checkpoints.catalog import Checkpoint
from core.checkpoints.reading import read_object
from core.checkpoints.weights import folder_of
from core.errors import PlaygroundError
from core.finetuning.gather import TrainingRow
from core.finetuning.plan import TrainingPlan, usual_batch

PROCESS_MB = 525.0  # libraries, tokenizer and rows; scikit-learn, which pre-training needs, among them
ROOM_MB = {"head": 0.0, "lora": 105.0, "full": 50.0}  # what products in bfloat16 and adapters need beside
PER_STATE = {"head": 0.0, "lora": 52.0, "full": 36.5}  # bytes kept of each number of a token's state, in each layer
PER_PAIR = 11.5  # bytes kept of each attention weight
PER_LOGIT = 16.0  # bytes of each logit of a hidden token: themselves, their logarithms, gradients
UNEVEN = 1.25  # batches of other lengths leave gaps in the memory of those before
ASKED_TOKENS, PER_INNER, PER_PAIR_ASKED = 2048, 14.0, 10.0  # together, of held-out rows; bytes for each
HIDDEN = 0.15  # of the tokens, where words are hidden
CHARACTERS = 4.0  # of a token, about


@dataclass(frozen=True)
class NetworkShape:
    """What of a network decides how much memory it needs; `weights` are all of them."""

    weights: int
    layers: int
    hidden: int
    heads: int
    inner: int
    vocabulary: int

    @property
    def of_layer(self) -> int:
        """Weights of one layer, about."""
        return self.hidden * (4 * self.hidden + 2 * self.inner + 9) + self.inner

    def with_layers(self, layers: int) -> "NetworkShape":
        """The same network with fewer layers."""
        return replace(self, weights=self.weights - (self.layers - layers) * self.of_layer, layers=layers)

    def free(self, plan: TrainingPlan) -> int:
        """How many weights learn, about."""
        pooler = self.hidden * (self.hidden + 1) if plan.task == "text-classification" else 0
        if plan.method == "full":
            return self.weights
        matrices = plan.rank * self.layers * (10 * self.hidden + 2 * self.inner) if plan.method == "lora" else 0
        return pooler + matrices


@dataclass(frozen=True)
class MemoryNeed:
    """Megabytes of each part. `loading` is what the weights of the base take while the network is built from them,
    `asking` what held-out rows take, which are asked between steps."""

    process: float
    weights: float
    loading: float
    gradients: float
    moments: float
    best: float
    activations: float
    asking: float

    @property
    def learning(self) -> float:
        """What is there only while it learns."""
        return self.gradients + self.moments + self.best + self.activations

    @property
    def total(self) -> float:
        """At most: while it learns, or while it is built where that takes more."""
        return self.process + self.weights + self.asking + max(self.loading, self.learning)


def memory_need(
    shape: NetworkShape, plan: TrainingPlan, learning: int, *, tokens: int, longest: int, held_out: int
) -> MemoryNeed:
    """The parts for batches of so many `tokens`, rows of at most `longest` of them, so many tokens of all rows that are
    `held_out`, and so many `learning` weights."""
    tokens = max(tokens, longest)
    attended = shape.heads * longest * PER_PAIR if plan.method != "head" else 0.0
    asked = min(ASKED_TOKENS, max(held_out, longest))
    kept = UNEVEN * tokens * shape.layers * (shape.hidden * PER_STATE[plan.method] + attended)
    logits = HIDDEN * tokens * shape.vocabulary * PER_LOGIT if plan.task == "fill-mask" else 0.0
    return MemoryNeed(
        process=PROCESS_MB,
        weights=4 * shape.weights / 1e6,
        loading=4 * shape.weights / 1e6,
        gradients=4 * learning / 1e6,
        moments=8 * learning / 1e6,
        best=4 * learning / 1e6,
        activations=ROOM_MB[plan.method] + (kept + logits) / 1e6,
        asking=asked * (shape.inner * PER_INNER + shape.heads * longest * PER_PAIR_ASKED) / 1e6,
    )


def shared_need(needs: Sequence[MemoryNeed]) -> MemoryNeed:
    """The parts for several tasks that share an encoder, from those of each by itself: all networks are built and asked
    before one encoder takes the place of the others."""
    largest = {name: max(getattr(one, name) for one in needs) for name in vars(needs[0])}
    return MemoryNeed(**{**largest, "loading": len(needs) * largest["loading"]})


def need_before(
    row: Checkpoint, weights: int, plan: TrainingPlan, rows: Sequence[TrainingRow], held_out: int
) -> MemoryNeed | None:
    """The need before any text is cut into tokens, by its characters, with so many rows `held_out`; None if the
    configuration does not tell.
    """
    shape = shape_before(row, weights)
    if shape is None or not rows:
        return None
    return memory_need(shape, plan, shape.free(plan), **sizes_before(row, plan, rows, held_out))


def shape_before(row: Checkpoint, weights: int) -> NetworkShape | None:
    """The shape of a checkpoint before it is loaded; None if its configuration does not tell, or its weights are not
    known, which 0 says."""
    try:
        return shape_of(weights, read_object(folder_of(row) / "config.json"))
    except (OSError, PlaygroundError):
        return None


def sizes_before(row: Checkpoint, plan: TrainingPlan, rows: Sequence[TrainingRow], held_out: int) -> Mapping[str, int]:
    """What `memory_need` asks of the rows, by their characters."""
    lengths = lengths_before(row, rows)
    tokens = plan.batch_tokens or usual_batch(sum(lengths), plan.task)
    return {"tokens": tokens, "longest": max(lengths), "held_out": sum(lengths) * held_out // len(rows)}


def lengths_before(row: Checkpoint, rows: Sequence[TrainingRow]) -> list[int]:
    """Tokens of each row, by its characters."""
    return [min(row.context_length, round(sum(map(len, one.texts)) / CHARACTERS) + 3) for one in rows]


def shape_of(weights: int, config: Mapping[str, Any]) -> NetworkShape | None:
    """The shape that a configuration of any architecture describes; None if a number is missing."""
    names = {
        "layers": ("num_hidden_layers", "n_layers"),
        "hidden": ("hidden_size", "dim"),
        "heads": ("num_attention_heads", "n_heads"),
        "inner": ("intermediate_size", "hidden_dim"),
        "vocabulary": ("vocab_size",),
    }
    found = {
        field: next((config[name] for name in known if isinstance(config.get(name), int)), 0)
        for field, known in names.items()
    }
    return NetworkShape(weights, **found) if weights and all(found.values()) else None
