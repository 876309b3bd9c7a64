"""Training a checkpoint further on one's own rows: what is asked for, what the rows are, and the job that does it.

The training itself, which needs torch, is in core/training and runs in a process of its own.
"""
