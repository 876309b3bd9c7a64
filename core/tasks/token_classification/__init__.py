"""token-classification: a label for every piece, joined to words and entities; long texts go in windows."""
