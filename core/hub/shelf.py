"""Downloaded checkpoints: offers kept next to their files, and the catalogue rows made from them."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from core.checkpoints.catalog import Checkpoint
from core.checkpoints.known import known_checkpoints
from core.checkpoints.tensors import NEXT_SENTENCE, holds
from core.hub.offer import LINEAGE, NAMES, HubFile, Offer

RECORD = "offer.json"  # written when everything has come


def record(offer: Offer, folder: Path) -> None:
    """Notes beside the files that they are complete, and what they are."""
    (folder / RECORD).write_text(json.dumps(asdict(offer), indent=1), encoding="utf-8")


def rows_here(folder: Path) -> Iterator[Checkpoint]:
    """A row for each complete checkpoint below `folder`; what cannot be read is left out."""
    for file in sorted(folder.glob(f"*/*/{RECORD}")):
        try:
            values = json.loads(file.read_text(encoding="utf-8"))
            values["files"] = tuple(HubFile(**one) for one in values["files"])
            yield checkpoint_of(Offer(**values), file.parent)
        except (OSError, ValueError, TypeError, KeyError):
            continue


def checkpoint_of(offer: Offer, folder: Path) -> Checkpoint:
    """The row of a fetched checkpoint: what the catalogue knows of it, else what its configuration says."""
    known = known_checkpoints().get(offer.id)
    what = offer.architecture or NAMES[offer.model_type]
    return Checkpoint(
        id=offer.id,
        name=known.name if known else offer.id.rpartition("/")[2],
        summary=known.summary if known else f"{what}, downloaded from the Hub.",
        source="hub",
        location=str(folder),
        family=known.family if known else LINEAGE.get(offer.model_type, offer.model_type),
        head=offer.head,
        objective=known.objective if known else "see its card",
        revision=offer.revision,
        licence=offer.licence or (known.licence if known else "not stated"),
        context_length=offer.context_length,
        paper=known.paper if known else "",
        zero_shot=offer.zero_shot,
        sentences=offer.sentences,
        next_sentence=offer.head == "masked-lm" and offer.model_type == "bert" and holds(folder, NEXT_SENTENCE),
        model_type=offer.model_type,
        enhanced_mask_decoder=offer.architecture.endswith("ForEnhancedMaskedLM"),
        note=known.note if known else "",
    )
