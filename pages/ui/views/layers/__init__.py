"""The views of the page Layers that need more than one request: geometry and probing."""
