"""What a linear probe can read from the vectors of each layer, and how much of that is the probe's own memory.

The probe is ridge regression onto the classes, in closed form (all layers of a small model take seconds). Beside its
accuracy stand a majority baseline; the control task of Hewitt and Liang 2019 (arxiv.org/abs/1909.03368), in which every
word has a random class of its own; and the same probe on a network of the same shape that nobody has trained.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.errors import InputError
from core.inspect.properties import ProbeRows
from core.inspect.words import WordStates

PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)  # times the number of rows over 1,000; the best on held-out rows
TEST, CHOICE = 0.3, 0.2  # shares of the sentences that are tested, and of the others on which the penalty is chosen
HELD_OUT = 0.15  # the share of the rarer half of the words that is never trained on
FEWEST = 30  # sentences


@dataclass(frozen=True)
class LayerProbe:
    """One layer: the accuracy on words that the training had in other sentences, and its standard error, which counts
    each sentence as one draw; that of the control task; of an untrained network; on words that the training did not
    have, None where there are none."""

    layer: int
    accuracy: float
    error: float
    control: float
    untrained: float | None
    unseen: float | None

    @property
    def selectivity(self) -> float:
        """How much better the probe is at the property than at random classes."""
        return self.accuracy - self.control


@dataclass(frozen=True)
class ProbeResult:
    """The property of some name on every layer, the embeddings first. `majority`: the accuracy of always saying the
    most frequent class. The counts are of rows: words or texts."""

    checkpoint: str
    name: str
    classes: tuple[str, ...]
    layers: tuple[LayerProbe, ...]
    majority: float
    n_train: int
    n_test: int
    n_unseen: int

    @property
    def best(self) -> LayerProbe:
        """The layer with the highest accuracy, the lowest of equals."""
        return max(self.layers, key=lambda one: one.accuracy)

    @property
    def centre(self) -> float:
        """Where the property is learned on average: Tenney's centre of gravity of the gains from layer to layer, in
        layers (arxiv.org/abs/1905.05950, section 3.2, with accuracies of single layers for scores of mixtures)."""
        return centre_of_gains([one.accuracy for one in self.layers])


def centre_of_gains(accuracies: Sequence[float]) -> float:
    """The mean layer of the gains over the best of the layers below, of the accuracies of layers 0 and up."""
    best, gains = accuracies[0], []
    for accuracy in accuracies[1:]:
        gains.append(max(0.0, accuracy - best))
        best = max(best, accuracy)
    total = sum(gains)
    return sum(n * gain for n, gain in enumerate(gains, 1)) / total if total else 0.0


@dataclass(frozen=True)
class SentenceSplit:
    """The numbers of the rows to train on, of those on which the penalty is chosen, to test on, and of the words that
    the training does not have."""

    train: NDArray[np.int64]
    choice: NDArray[np.int64]
    test: NDArray[np.int64]
    unseen: NDArray[np.int64]


def probe(
    checkpoint: str,
    labelled: ProbeRows,
    states: NDArray[np.float32],
    untrained: NDArray[np.float32] | None = None,
    seed: int = 0,
) -> ProbeResult:
    """Probes (layers + 1, rows, hidden) for the classes of the rows; `untrained` has the same shape."""
    classes, y = np.unique(labelled.labels, return_inverse=True)
    if len(classes) < 2:
        raise InputError(f"All rows have the class “{classes[0]}”.", "A probe needs two classes or more.")
    split = divide(labelled, seed)
    control = control_classes(labelled.forms, y, seed)
    layers = []
    with threadpool_limits(1, user_api="blas"):  # products this small wait for each other where cores are busy
        for layer, vectors in enumerate(states):
            (right, others), (chance, _) = fit_and_test(vectors, (y, control), len(classes), split)
            nobody = None
            if untrained is not None:
                nobody = float(fit_and_test(untrained[layer], (y,), len(classes), split)[0][0].mean())
            accuracy, error = mean_and_error(right, np.array(labelled.texts)[split.test])
            unseen = float(others.mean()) if len(others) else None
            layers.append(LayerProbe(layer, accuracy, error, float(chance.mean()), nobody, unseen))
    most = np.bincount(y[split.train]).argmax()
    majority = float((y[split.test] == most).mean())
    counts = len(split.train) + len(split.choice), len(split.test), len(split.unseen)
    return ProbeResult(checkpoint, labelled.name, tuple(map(str, classes)), tuple(layers), majority, *counts)


def rows_of(labelled: ProbeRows, found: WordStates) -> tuple[ProbeRows, NDArray[np.float32]]:
    """The rows whose words the checkpoint read, and their vectors, (layers + 1, rows, hidden)."""
    if not labelled.of_words:
        texts = np.unique(found.texts)
        vectors = np.stack([found.states[:, found.texts == text].mean(1) for text in texts], 1)
        kept = [n for n, text in enumerate(labelled.texts) if text in set(texts.tolist())]
        return chosen(labelled, kept), vectors
    place = {key: n for n, key in enumerate(zip(found.texts.tolist(), found.words.tolist(), strict=True))}
    keys = list(zip(labelled.texts, labelled.words, strict=True))
    kept = [n for n, key in enumerate(keys) if key in place]
    return chosen(labelled, kept), found.states[:, [place[keys[n]] for n in kept]]


def chosen(labelled: ProbeRows, kept: Sequence[int]) -> ProbeRows:
    """Some of the rows."""
    return replace(
        labelled,
        texts=tuple(labelled.texts[n] for n in kept),
        words=tuple(labelled.words[n] for n in kept),
        labels=tuple(labelled.labels[n] for n in kept),
        forms=tuple(labelled.forms[n] for n in kept),
    )


def divide(labelled: ProbeRows, seed: int) -> SentenceSplit:
    """Whole sentences are trained on or tested; some of the rarer words are kept from the training."""
    random = np.random.default_rng(seed)
    texts = random.permutation(np.unique(labelled.texts))
    if len(texts) < FEWEST:
        message = f"There are {len(texts)} labelled sentences; a probe needs {FEWEST} or more."
        raise InputError(message, "Use more sentences, or another property.")
    tested, chosen = round(TEST * len(texts)), round(CHOICE * len(texts))
    part = {int(text): (n >= tested) + (n >= tested + chosen) for n, text in enumerate(texts)}
    parts = np.array([part[text] for text in labelled.texts])  # 0 tested, 1 for the choice, 2 trained on
    forms, number, count = np.unique(labelled.forms, return_inverse=True, return_counts=True)
    rare = np.flatnonzero(count <= np.median(count))
    kept_out = random.choice(rare, round(HELD_OUT * len(rare)), replace=False) if labelled.of_words else rare[:0]
    held = np.isin(number, kept_out)
    train, choice = np.flatnonzero((parts == 2) & ~held), np.flatnonzero((parts == 1) & ~held)
    known = np.isin(number, number[train]) if labelled.of_words else np.ones(len(number), bool)
    tests = parts == 0
    if not (len(train) and len(choice) and (tests & known).any()):
        raise InputError("There are too few labelled words for a probe.", "Use more sentences, or another property.")
    return SentenceSplit(train, choice, np.flatnonzero(tests & known), np.flatnonzero(tests & ~known))


def control_classes(forms: Sequence[str], y: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """A random class for each different form, drawn as often as the real ones are, the same wherever it stands."""
    random = np.random.default_rng(seed + 1)
    names, number = np.unique(forms, return_inverse=True)
    found: NDArray[np.int64] = random.choice(y, len(names))[number]
    return found


def fit_and_test(
    vectors: NDArray[np.float32], targets: Sequence[NDArray[np.int64]], classes: int, split: SentenceSplit
) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each of the targets, which of the rows to test, and of those of unseen words, a probe gets right. Its penalty
    is the one that is best on the rows of the choice, which it is then trained on, too."""
    both = np.concatenate([split.train, split.choice])
    first, final = Ridge(vectors[split.train]), Ridge(vectors[both])
    found = []
    for y in targets:
        tried = [first.predict(vectors[split.choice], y[split.train], classes, penalty) for penalty in PENALTIES]
        penalty = PENALTIES[int(np.argmax([np.mean(one == y[split.choice]) for one in tried]))]
        rows = np.concatenate([split.test, split.unseen])
        right = final.predict(vectors[rows], y[both], classes, penalty) == y[rows]
        found.append((right[: len(split.test)], right[len(split.test) :]))
    return found


class Ridge:
    """Ridge regression of standardised (rows, hidden) onto any classes, with any penalty."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self.mean = vectors.mean(0)
        self.scale = 1 / np.maximum(vectors.std(0), 1e-6)
        self.ready = (vectors - self.mean) * self.scale
        self.gram = (self.ready.T @ self.ready).astype(np.float64)  # (hidden, hidden)

    def predict(
        self, vectors: NDArray[np.float32], y: NDArray[np.int64], classes: int, penalty: float
    ) -> NDArray[np.int64]:
        """The class of each row of `vectors`, after training on the classes `y`."""
        targets = np.eye(classes, dtype=np.float32)[y]  # (rows, classes)
        prior = targets.mean(0)
        along = (self.ready.T @ (targets - prior)).astype(np.float64)  # (hidden, classes)
        penalised = self.gram + penalty * len(y) / 1000 * np.eye(len(self.gram))
        weights = np.linalg.solve(penalised, along).astype(np.float32)
        found: NDArray[np.int64] = ((vectors - self.mean) * self.scale @ weights + prior).argmax(1)
        return found


def mean_and_error(right: NDArray[np.bool_], texts: NDArray[np.int64]) -> tuple[float, float]:
    """The share that is right, and its standard error over sentences, since words of one sentence go together."""
    share = float(right.mean())
    _, number = np.unique(texts, return_inverse=True)
    off = np.bincount(number, right - share)  # of each sentence
    return share, float(np.sqrt((off**2).sum()) / len(right))
