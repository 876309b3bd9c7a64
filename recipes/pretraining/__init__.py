"""Five small relatives of BERT from scratch: same text, same token budget, same width and depth; what differs is how
they learn. Their text and start are here, and one file per variant.
"""
