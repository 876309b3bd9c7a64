"""Whole views that pages are made of."""
