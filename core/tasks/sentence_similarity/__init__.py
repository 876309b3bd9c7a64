"""sentence-similarity: the cosine of two texts' vectors."""
