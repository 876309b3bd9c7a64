"""attention: every weight of every head of every layer."""
