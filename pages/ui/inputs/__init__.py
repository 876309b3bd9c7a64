"""What pages read: texts, examples, checkpoints, options. They live in the address and survive a change of page."""
