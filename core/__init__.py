"""The engine and all logic: checkpoints, tasks, batching, memory. Imports no web framework."""
