"""The methods that say what an answer rests on, each with what can honestly be said of it."""

from collections.abc import Callable
from dataclasses import dataclass

from core.engine import Engine
from core.inspect.attended import attended, rolled_out
from core.inspect.attribution import Attribution, gradient_times_input, integrate, occlude
from core.inspect.shapley import kernel_shap
from core.inspect.subject import Subject


@dataclass(frozen=True)
class Method:
    """One of them: its `title`, one honest `sentence`, and how it is run."""

    title: str
    sentence: str
    explain: Callable[[Engine, str, Subject], Attribution]


def integrate_from_padding(engine: Engine, checkpoint: str, subject: Subject) -> Attribution:
    """Integrated gradients from a text of [PAD], which differs from that of [MASK]."""
    return integrate(engine, checkpoint, subject, "pad")


METHODS: dict[str, Method] = {
    "integrated-gradients": Method(
        "Integrated gradients",
        "Adds up the gradient on the way from a text of masks to this one; the effects depend on where it starts.",
        integrate,
    ),
    "integrated-gradients-pad": Method(
        "Integrated gradients from [PAD]",
        "The same from a text of padding: where both disagree, the choice of the start speaks, not the model.",
        integrate_from_padding,
    ),
    "gradient-x-input": Method(
        "Gradient × input",
        "One pass: what a tiny change of each word vector would do, which says little about taking the word away.",
        gradient_times_input,
    ),
    "occlusion": Method(
        "Leaving words out",
        "Removes one word at a time, so it does not see words that only matter together.",
        occlude,
    ),
    "kernel-shap": Method(
        "KernelShap",
        "Masks many sets of words; most of these texts are unlike any that the model was trained on.",
        kernel_shap,
    ),
    "attention": Method(
        "Attention",
        "Where the last layer looks. It was never made to explain, and it cannot say what speaks against an answer.",
        attended,
    ),
    "rollout": Method(
        "Attention rollout",
        "Follows attention through all layers, as if each only mixed what it got; it has no sign either.",
        rolled_out,
    ),
}
