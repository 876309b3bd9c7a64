"""The views of Objectives."""
