"""Checkpoints on the Hub: described first, then downloaded, resumably, as safetensors. None of their code is run."""
