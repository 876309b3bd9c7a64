"""Models: what each can do, which are here, and how another one is added."""
