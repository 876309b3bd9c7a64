"""What papers say of the steps within a layer: what attention carries, why scores are divided, which numbers stand out,
how many neurons fire."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from core.engine import Engine
from core.errors import PlaygroundError
from core.inspect.claims.claim import (
    Experiment,
    Hearing,
    JudgedClaim,
    PaperClaim,
    judged,
    mean_and_error,
    percent,
)
from core.inspect.grammar import sentences
from core.jobs import Stopped
from core.tasks.forward_pass.by_hand import Numbers
from core.tasks.forward_pass.schema import ForwardPassRequest, ForwardPassResult

READ = 40  # sentences
FAR_OUT = 3  # standard deviations of the numbers of a token
NEARLY_ALL, FEW = 0.95, 0.1
OUR_SENTENCES = f"On {READ} sentences of our own grammar, all layers and heads"
SPECIAL = PaperClaim(
    "Does less come from [SEP] than attention says?",
    "Kobayashi et al. 2020",
    "https://arxiv.org/abs/2004.10102",
    "Attention rests on special tokens, but their vectors are short: what BERT takes from them is little.",
    f"{OUR_SENTENCES}: the share of special tokens in the weights, and their share in the lengths of the weighted "
    "values, before these go through the product behind the heads. It holds if the second is smaller.",
)
SCALE = PaperClaim(
    "Does the scale keep softmax from saturating?",
    "Vaswani et al. 2017",
    "https://arxiv.org/abs/1706.03762",
    "Undivided, large scores would push softmax to where its gradients are extremely small.",
    f"{OUR_SENTENCES}: the slope of softmax, weight × (1 − weight), at the scores as they are and at those before the "
    "division, mean over the heaviest link of each token. It holds if the division more than doubles it.",
)
OUTLIERS = PaperClaim(
    "Does the same number stand out at every token?",
    "Kovaleva et al. 2021",
    "https://arxiv.org/abs/2105.06990",
    "In the output of BERT's layers a few numbers are very large, in the same place through the network and for 95 % "
    "of the inputs.",
    f"{OUR_SENTENCES}: the place that is most often more than {FAR_OUT} standard deviations from the mean of its "
    "token's numbers, over the outputs of all layers. It holds if that is so for more than "
    f"{100 * NEARLY_ALL:.0f} % of tokens.",
)
SPARSE = PaperClaim(
    "Do only few neurons fire at a time?",
    "Li et al. 2022",
    "https://arxiv.org/abs/2210.06313",
    "Of the neurons of T5-base, which have ReLU, 3.0 % fire at a token on average.",
    f"{OUR_SENTENCES}: the share of neurons above zero after the activation, which is GELU in BERT. It holds if it is "
    f"below {100 * FEW:.0f} %.",
)


def read_steps(engine: Engine, checkpoint: str, hearing: Hearing) -> tuple[JudgedClaim, ...]:
    """The four claims, of a checkpoint whose steps are known."""
    requests = [ForwardPassRequest(one.text, layer=0, head=0) for one in sentences()[:READ]]
    found: list[tuple[float, ...]] = []
    outlying: list[Numbers] = []
    for n, result in enumerate(engine.stream("forward-pass", checkpoint, requests, hearing.state.stop.is_set), 1):
        if isinstance(result, PlaygroundError):
            raise result
        one = cast(ForwardPassResult, result)
        found.append((*special_shares(one), *slopes(one), firing(one)))
        outlying.append(far_out(one))
        hearing.told(n)
    if len(found) < len(requests):
        raise Stopped
    return step_claims(checkpoint, np.array(found), np.stack(outlying))


def step_claims(checkpoint: str, found: NDArray[np.float64], outlying: Numbers) -> tuple[JudgedClaim, ...]:
    """The same from what each sentence gave, (sentences, 5), and how often each place of its vectors stands out,
    (sentences, hidden)."""
    count = len(found)
    weights, lengths, scaled, undivided, firing = (mean_and_error(column.tolist()) for column in found.T)
    apart = mean_and_error((found[:, 0] - found[:, 1]).tolist())
    doubled = mean_and_error((found[:, 2] - 2 * found[:, 3]).tolist())
    place = int(outlying.mean(0).argmax())
    share = mean_and_error(outlying[:, place].tolist())
    on = f"on {count} sentences"
    special = f"Special tokens have {percent(*weights)} of the weights, {percent(*lengths)} of what is taken, {on}."
    scale = f"The slope is {number(scaled)} as it is, {number(undivided)} without the division, {on}."
    outliers = (
        f"Place {place} of {outlying.shape[1]} stands out at {percent(*share)} of tokens, more than any other, {on}."
    )
    sparse = f"At a token {percent(*firing)} of the neurons are above zero, {on}."
    return (
        judged(checkpoint, SPECIAL, special, apart, count),
        judged(checkpoint, SCALE, scale, doubled, count),
        judged(checkpoint, OUTLIERS, outliers, (share[0] - NEARLY_ALL, share[1]), count),
        judged(checkpoint, SPARSE, sparse, (FEW - firing[0], firing[1]), count),
    )


def number(found: tuple[float, float]) -> str:
    """A small number and its standard error."""
    return f"{found[0]:.3f} ± {found[1]:.3f}"


def steps_of(result: ForwardPassResult, name: str) -> list[Numbers]:
    """The numbers of a step in every layer."""
    return [step.values for step in result.steps if step.name == name]


def special_shares(result: ForwardPassResult) -> tuple[float, float]:
    """Of the first and the last token, which are special: their share of the weights, and of the lengths of the
    weighted values; means over layers, heads and the other tokens."""
    shares = []
    for weights, values in zip(steps_of(result, "weights"), steps_of(result, "value"), strict=True):
        lengths = weights * np.linalg.norm(values, axis=-1)[:, None]  # (heads, query, key)
        lengths = lengths / np.maximum(lengths.sum(-1, keepdims=True), 1e-12)
        shares.append([one[:, 1:-1][..., [0, -1]].sum(-1).mean() for one in (weights, lengths)])
    first, second = np.mean(shares, axis=0)
    return float(first), float(second)


def slopes(result: ForwardPassResult) -> tuple[float, float]:
    """The slope of softmax at the heaviest link of each token, as it is and at scores that are not divided."""
    found = []
    for scaled in steps_of(result, "scaled"):
        found.append([slope(scaled), slope(scaled * np.float32(result.scale))])
    first, second = np.mean(found, axis=0)
    return float(first), float(second)


def slope(scores: Numbers) -> float:
    """The mean of weight × (1 − weight) at the heaviest link, of (heads, query, key)."""
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    heaviest = 1 / shares.sum(-1)  # (heads, query)
    return float((heaviest * (1 - heaviest)).mean())


def far_out(result: ForwardPassResult) -> Numbers:
    """At which share of all tokens, over the outputs of all layers, each place stands out, (hidden,)."""
    states = np.concatenate(steps_of(result, "output-norm"))  # (layers · tokens, hidden)
    off = np.abs(states - states.mean(-1, keepdims=True)) > FAR_OUT * states.std(-1, keepdims=True)
    return np.asarray(off.mean(0), dtype=np.float32)


def firing(result: ForwardPassResult) -> float:
    """The share of neurons above zero, mean over layers and tokens."""
    return float(np.mean([(neurons > 0).mean() for neurons in steps_of(result, "neurons")]))


STEPS = (Experiment("forward-pass", (SPECIAL, SCALE, OUTLIERS, SPARSE), READ, read_steps),)
