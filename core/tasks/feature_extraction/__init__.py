"""feature-extraction: one vector per text, from any layer, with any pooling."""
