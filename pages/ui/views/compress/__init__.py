"""The views of Smaller and faster."""
