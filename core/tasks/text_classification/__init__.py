"""text-classification: the probability of each class of a text or of a pair of texts."""
