"""zero-shot-classification: the user's own labels, each a hypothesis to an inference model (Yin et al. 2019)."""
