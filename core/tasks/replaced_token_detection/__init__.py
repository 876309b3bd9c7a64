"""replaced-token-detection: of every piece how probable it is that it was swapped; long texts go in windows."""
