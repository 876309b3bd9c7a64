"""candidate-ranking: the user's own words in the gap of a sentence, of one piece or of many."""
