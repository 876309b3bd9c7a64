"""How the bundled weights were made and measured: one file a recipe, one training loop, one dev table."""
