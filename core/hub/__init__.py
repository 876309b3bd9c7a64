"""Checkpoints of the Hub: read about first, then fetched, resumable, as safetensors. Nothing of theirs is executed."""
