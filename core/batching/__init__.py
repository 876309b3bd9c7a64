"""The same texts read in batches of several kinds: how much of what is computed is padding, and how long it takes."""
