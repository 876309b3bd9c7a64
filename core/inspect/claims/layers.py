"""What papers say of the layers of BERT-base: what a probe reads there, and how the vectors of a word lie."""

from dataclasses import replace
from math import hypot

import numpy as np

from core.engine import Engine
from core.inspect.claims.claim import (
    Experiment,
    Hearing,
    JudgedClaim,
    PaperClaim,
    judged,
    mean_and_error,
    percent,
    plus_minus,
    share_error,
)
from core.inspect.geometry import Geometry, default_texts, measure_geometry
from core.inspect.grammar import sentences
from core.inspect.probe_run import run_probes, shared_sentences
from core.inspect.probing import LayerProbe, ProbeResult, centre_of_gains
from core.inspect.properties import PROBED, label_words
from core.inspect.words import word_states

DRAWS = 500  # of curves within their errors
KNOWN_AT_ONCE = 0.89  # Tenney et al.: parts of speech right at layer 0
NEARLY = 0.9  # of the accuracy of the trained network
STATIC = 0.05  # of the variance
OWN_SENTENCES = f"{PROBED:,} sentences of our own grammar with about 1,400 different words"
EASIER = "Our grammar is easier than the text of the paper."
TENNEY = ("Tenney et al. 2019", "https://arxiv.org/abs/1905.05950")
HEWITT = ("Hewitt & Liang 2019", "https://arxiv.org/abs/1909.03368")
ETHAYARAJH = ("Ethayarajh 2019", "https://arxiv.org/abs/1909.00512")
AT_ONCE = PaperClaim(
    "Are parts of speech known before the first layer?",
    *TENNEY,
    "89 % of parts of speech are right at layer 0, where no word has seen its sentence.",
    f"A linear probe on the embeddings of {OWN_SENTENCES}, on words that the training had in other sentences. It holds "
    f"if the probe is right more often than in 89 %. {EASIER}",
)
ORDER = PaperClaim(
    "Do layers learn parts of speech before the tree of the sentence?",
    *TENNEY,
    "Parts of speech come first, then constituents, dependencies, roles and coreference.",
    "The layer at which the probe gains on average (the centre of gravity), for parts of speech and for how deep a "
    "word stands in its tree. The error is that of curves drawn within the errors of their accuracies.",
)
SELECTIVE = PaperClaim(
    "Is a linear probe more than a memory of words?",
    *HEWITT,
    "Of ELMo's first layer, a linear probe tells 97.2 % of parts of speech, 26.0 points more than random classes of "
    "words; a probe with a hidden layer 97.3 %, only 4.5 points more.",
    "The most accurate layer: the accuracy for parts of speech minus that for a random class of each word. It holds if "
    f"the difference is above zero. The fewer words, the smaller it is: we use {OWN_SENTENCES}.",
)
UNTRAINED = PaperClaim(
    "Can an untrained network tag parts of speech, too?",
    *HEWITT,
    "With an untrained layer of ELMo a linear probe tells 96.3 % of parts of speech, with a trained one 97.2 %.",
    "The same probe on a network of the same shape with random weights. It holds if its best layer reaches "
    f"{100 * NEARLY:.0f} % of the accuracy of the best trained one.",
)
FIXED = PaperClaim(
    "Would one fixed vector for each word do?",
    *ETHAYARAJH,
    "In every layer, a static vector explains less than 5 % of the variance of a word's vectors.",
    "The variance that one direction explains at most, minus that of as many random words, on the layer above the "
    "embeddings where it is largest; mean over words that stand in five texts or more. It holds if it is below 5 %. "
    "The paper had far more places of each word, of which one direction explains less.",
)
FOLLOWS = PaperClaim(
    "Do upper layers adapt a word more to its sentence?",
    *ETHAYARAJH,
    "The same word in different sentences is much less alike in upper layers than in lower ones.",
    "The mean cosine of a word's vectors in different texts, minus that of any two words, on the first and the last "
    "layer. It holds if it is smaller on the last.",
)


def read_probes(engine: Engine, checkpoint: str, hearing: Hearing) -> tuple[JudgedClaim, ...]:
    """The four claims about probes."""
    given = hearing.sentences or sentences(PROBED)
    labelled = [label_words(name, given) for name in ("pos", "depth")]
    count = len(shared_sentences(labelled)[0])

    def told(done: int) -> None:
        hearing.told(PROBED * done // count)

    pos, depth = run_probes(engine, checkpoint, labelled, hearing.state.stop.is_set, told)
    found = probe_claims(pos, depth)
    return tuple(of_file(one, count) for one in found) if hearing.sentences else found


def of_file(one: JudgedClaim, count: int) -> JudgedClaim:
    """The claim as measured on so many sentences of a file."""
    how = one.claim.how.replace(OWN_SENTENCES, f"{count:,} sentences of the file").replace(EASIER, "").strip()
    return replace(one, claim=replace(one.claim, how=how))


def probe_claims(pos: ProbeResult, depth: ProbeResult) -> tuple[JudgedClaim, ...]:
    """The same from what the probes for part of speech and for the depth in the tree gave."""
    return known_at_once(pos), in_order(pos, depth), selective(pos), untrained(pos)


def known_at_once(pos: ProbeResult) -> JudgedClaim:
    """The embeddings against the figure of the paper."""
    first, best = pos.layers[0], pos.best
    unseen = "" if first.unseen is None else f" Of words that it never trained on, {percent(first.unseen)}."
    here = (
        f"In the embeddings the probe is right about {percent(first.accuracy, first.error)} of {pos.n_test:,} words, "
        f"at best, on layer {best.layer}, about {percent(best.accuracy, best.error)}.{unseen}"
    )
    return judged(pos.checkpoint, AT_ONCE, here, (first.accuracy - KNOWN_AT_ONCE, first.error), pos.n_test)


def in_order(pos: ProbeResult, depth: ProbeResult) -> JudgedClaim:
    """The centre of one property against that of the other."""
    (words, tree), errors = (pos.centre, depth.centre), [centre_error(one) for one in (pos, depth)]
    here = (
        f"Parts of speech are learned at layer {plus_minus(words, errors[0])}, the depth in the tree at layer "
        f"{plus_minus(tree, errors[1])}, on {pos.n_test:,} and {depth.n_test:,} tested words."
    )
    return judged(pos.checkpoint, ORDER, here, (tree - words, hypot(*errors)), min(pos.n_test, depth.n_test))


def centre_error(one: ProbeResult) -> float:
    """How far the centre of gravity moves where each accuracy moves within its standard error."""
    random = np.random.default_rng(0)
    right, errors = (np.array([getattr(layer, name) for layer in one.layers]) for name in ("accuracy", "error"))
    curves = np.clip(random.normal(right, errors, (DRAWS, len(right))), 0, 1)
    return float(np.std([centre_of_gains(curve.tolist()) for curve in curves]))


def selective(pos: ProbeResult) -> JudgedClaim:
    """The probe against its control task."""
    best = pos.best
    error = hypot(best.error, share_error(best.control, pos.n_test))
    here = (
        f"On layer {best.layer} the probe is right about {percent(best.accuracy, best.error)} of {pos.n_test:,} words, "
        f"of random classes about {percent(best.control)}: a selectivity of {100 * best.selectivity:.1f} ± "
        f"{100 * error:.1f} points."
    )
    return judged(pos.checkpoint, SELECTIVE, here.replace("-", "−"), (best.selectivity, error), pos.n_test)


def untrained(pos: ProbeResult) -> JudgedClaim:
    """The untrained network at its best against the trained one at its best."""

    def without(layer: LayerProbe) -> float:
        return layer.untrained or 0.0

    best, random = pos.best, max(pos.layers, key=without)
    error = share_error(without(random), pos.n_test)
    here = (
        f"An untrained network tells {percent(without(random), error)} of {pos.n_test:,} words, the trained one "
        f"{percent(best.accuracy, best.error)}; the most frequent part of speech alone gives {percent(pos.majority)}."
    )
    found = without(random) - NEARLY * best.accuracy, hypot(error, NEARLY * best.error)
    return judged(pos.checkpoint, UNTRAINED, here, found, pos.n_test)


def read_geometry(engine: Engine, checkpoint: str, hearing: Hearing) -> tuple[JudgedClaim, ...]:
    """The two claims about the vectors of a word."""
    texts = default_texts()
    states = word_states(engine, checkpoint, texts, stopped=hearing.state.stop.is_set, counted=hearing.told)
    return geometry_claims(measure_geometry(checkpoint, states, texts))


def geometry_claims(found: Geometry) -> tuple[JudgedClaim, ...]:
    """The same from what was measured."""
    explained = np.array([one.explained for one in found.words])[:, 1:] - np.array(found.explained)[1:]
    alike = np.array([one.similarity for one in found.words]) - np.array(found.anisotropy)  # (words, layers + 1)
    largest = int(explained.mean(0).argmax())
    share, error = mean_and_error(explained[:, largest].tolist())
    words = f"{len(found.words)} words"
    fixed = (
        f"At most, on layer {largest + 1}, one vector explains {percent(share, error)} more of a word's variance than "
        f"of that of random words, on average over {words}."
    )
    lower, upper = mean_and_error(alike[:, 1].tolist()), mean_and_error(alike[:, -1].tolist())
    follows = (
        f"Of {words}, {plus_minus(*lower)} on layer 1 and {plus_minus(*upper)} on layer {alike.shape[1] - 1}, above "
        "any two words."
    )
    fall = mean_and_error((alike[:, 1] - alike[:, -1]).tolist())
    return (
        judged(found.checkpoint, FIXED, fixed, (STATIC - share, error), len(explained)),
        judged(found.checkpoint, FOLLOWS, follows, fall, len(alike)),
    )


LAYERS = (
    Experiment("hidden-states", (AT_ONCE, ORDER, SELECTIVE, UNTRAINED), 2 * PROBED, read_probes),
    Experiment("hidden-states", (FIXED, FOLLOWS), 360, read_geometry),
)
