"""A text as typed: its words, its tokens, and how a sentence of ours quotes them. Plain values only."""
