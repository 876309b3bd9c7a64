"""Pretraining a tiny network from nothing: what is asked for, the text, what is told, and the job that does it.

The training itself, which needs torch, is in core/training and runs in a process of its own.
"""
