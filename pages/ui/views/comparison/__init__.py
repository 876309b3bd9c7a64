"""Compare: what stands around the answers, and checkpoints compared over a file."""
