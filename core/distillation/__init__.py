"""Distilling: what is asked for, on which rows, what it tells of itself, and the job and the card of the student.

The training, which needs torch, is in core/training/distil.py; core/commands/distil.py tells of it.
"""
