"""What a network can be taught from a visitor's rows, one file a kind: rows in pieces, the loss, how it is examined."""
