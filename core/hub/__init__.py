"""Checkpoints of the Hub: read about first, then fetched, resumable, as safetensors. Nothing of theirs is executed."""

from core.hub.client import Hub
from core.hub.offer import HubFile, Offer

__all__ = ["Hub", "HubFile", "Offer"]
