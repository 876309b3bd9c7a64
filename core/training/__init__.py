"""Training: one loop for heads, adapters and whole models. Which texts, with which numbers, is the caller's affair."""
