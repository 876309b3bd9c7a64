"""The views of a training: the rows it learns from, how it goes, what came out."""
