"""fill-mask: the best words for each hidden word, every mask on its own."""
