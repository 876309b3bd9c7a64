"""The variants side by side: scores, costs, and what holds of what the papers claim."""
