"""Smaller and faster: what is asked for, on which rows it is measured, what it comes to, and the jobs that do it.

What makes a network smaller, which needs torch, is in core/models (smaller, early_exit); run.py measures it.
"""
