"""From a configuration and a list of files to an offer, or the sentence that says why there is none."""

from collections.abc import Sequence
from typing import Any

from core.checkpoints.known import known_checkpoints
from core.hub import offer as offers
from core.hub.configuration import read_fields, settle_fields
from core.hub.offer import HubFile, Offer
from core.models.architecture import context_length

MOST_TOKENS = 8_192  # that are read together, however many a configuration allows


def judge(
    id: str,
    revision: str,
    config: dict[str, Any],
    files: Sequence[HubFile],
    *,
    licence: str = "",
    parameters: int = 0,
    pytorch: bool = False,
) -> Offer:
    """The offer; `parameters` 0 counts them by the size of the weights. ModelLoadError if it cannot be used."""
    fields = read_fields(id, config)
    settled = settle_fields(id, fields)
    model_type = fields["model_type"]
    architecture, head = offers.read_head(fields)
    if known := known_checkpoints().get(id):
        head = known.head  # many old configurations name no architecture
    weights, needed = offers.choose_files(id, files, pytorch=pytorch)
    return Offer(
        id=id,
        revision=revision,
        model_type=model_type,
        architecture=architecture,
        head=head,
        weights=weights,
        files=needed,
        parameters=parameters or count_by_size(needed, fields),
        layers=settled.num_hidden_layers,
        context_length=min(context_length(settled), MOST_TOKENS),
        licence=licence,
        zero_shot=head == "sequence-classification" and offers.can_infer(fields),
        sentences=head == "encoder" and any(file.name == "modules.json" for file in files),
    )


def count_by_size(files: Sequence[HubFile], config: dict[str, Any]) -> int:
    """How many parameters the weight files hold, by their size and the precision that the configuration names."""
    size = sum(file.size for file in files if file.name.endswith((".safetensors", ".bin")))
    half = str(config.get("dtype") or config.get("torch_dtype")) in ("float16", "bfloat16")
    return size // (2 if half else 4)
