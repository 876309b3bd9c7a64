"""The views of the page Attention."""
