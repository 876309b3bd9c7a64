"""Five small relatives of BERT from scratch: same text, same token budget, same width and depth; what differs is how
they learn. Text and windows here, one file a variant, and a loop of their own.
"""
