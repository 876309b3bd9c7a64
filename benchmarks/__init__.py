"""What the engine's speed and memory are, side by side in one run with what a user would take instead."""
