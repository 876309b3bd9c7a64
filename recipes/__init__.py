"""How the bundled weights were made and measured: one file a recipe, one table of dev scores. core/training trains."""
