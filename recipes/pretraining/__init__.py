"""Five small relatives of BERT from scratch: same text, same token budget, same width and depth; what differs is how
they learn. Text and windows are here, with one file per variant and a training loop of their own.
"""
