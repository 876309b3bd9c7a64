"""On what the neurons of a layer fire in other texts, for those who follow one text through the network."""

from collections.abc import Mapping

from core.inspect.geometry import default_texts
from core.inspect.neurons import NeuronFindings, NeuronSearch
from core.jobs import Job
from core.text.phrases import listed, quoted
from pages.ui.app import jobs
from pages.ui.figures.markup import callout, show

NAMED = 3  # pieces for each neuron


def fired_elsewhere(checkpoint: str, layer: int) -> Mapping[int, str]:
    """Of each neuron the pieces of our own sentences on which it fires most, in words; nothing as long as they are
    being read, which a bar tells."""
    key = f"steps_neurons_{checkpoint}"
    wanted = NeuronSearch(checkpoint, layer, tuple(one.text for one in default_texts()))
    job = jobs.by_itself(key, wanted, "Reading our own sentences", so_far)
    if job and job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    return in_words(job.result) if job and job.result else {}


def so_far(job: Job) -> str:
    """How far it is, in words."""
    return jobs.so_far(job.progress, f"{job.progress.done:,} of {job.progress.total:,} sentences", "")


def in_words(found: NeuronFindings) -> dict[int, str]:
    """The first pieces of every neuron."""
    return {n: listed(quoted(label) for label, _ in found.neuron(n).pieces[:NAMED]) for n in range(found.width)}
