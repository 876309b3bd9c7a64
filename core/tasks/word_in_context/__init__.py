"""word-in-context: the vector of one word of a text on every layer, in which its neighbours have a say."""
