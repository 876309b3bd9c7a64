"""Work that takes a process of its own, such as a training: the process, its folder, its turn, what it tells.

What there is to do, and what is told of it, stands beside its subject: fine-tuning in core/finetuning.
"""
