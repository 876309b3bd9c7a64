"""A forward pass of made-up numbers, in the shapes of a real one."""

import numpy as np

from core.provenance import Provenance
from core.tasks.forward_pass.schema import Conclusion, ForwardPassRequest, ForwardPassResult, Guess, PassStep

LAYERS, HEADS, SIZE = 3, 2, 4
OF_HEAD = ("query", "key", "value", "scores", "scaled", "weights", "weighted")
OF_LAYER = ("joined", "attention-output", "attention-norm", "neurons", "output", "output-norm")


def passed(request: ForwardPassRequest, provenance: Provenance) -> ForwardPassResult:
    """All steps of one layer and head, or of all of them, from the words of the text."""
    tokens = ("[CLS]", *request.text.split(), *request.text_pair.split(), "[SEP]")
    count, numbers = len(tokens), np.random.default_rng(len(request.text))

    def step(name: str, layer: int) -> PassStep:
        square = name in ("scores", "scaled", "weights")
        width = count if square else SIZE if name in OF_HEAD else 40 if name == "neurons" else HEADS * SIZE
        shape = (HEADS, count, width) if name in OF_HEAD and not request.head else (count, width)
        values = numbers.random(shape) if name == "weights" else numbers.normal(size=shape)
        if name == "weights":
            values /= values.sum(-1, keepdims=True)
        return PassStep(name, layer, name in OF_HEAD, values.astype(np.float32), 1e-6)

    layers = [request.layer] if request.layer else range(1, LAYERS + 1)
    inside = [step(name, layer) for layer in layers for name in ("state", *OF_HEAD, *OF_LAYER)]
    before = [step(name, 0) for name in ("word", "position", "segment", "sum", "norm")]
    guesses = ((Guess("paris", 0.6), Guess("<b>lyon</b>", 0.2)),) * count
    conclusion = Conclusion("masked-lm", guesses, "In the gap: “paris” (0.60).", 1, 1e-6, 9.0)
    return ForwardPassResult(
        tokens,
        tokens,
        tuple(range(count)),
        tuple(range(count)),
        (0,) * count,
        "bert",
        (LAYERS, HEADS),
        request.layer,
        request.head,
        2.0,
        (*before, *inside, step("last", LAYERS + 1), step("features", LAYERS + 1)),
        conclusion,
        True,
        provenance,
    )
