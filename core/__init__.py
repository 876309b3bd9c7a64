"""The engine and everything that thinks: checkpoints, tasks, batching, memory. Imports no web framework."""
