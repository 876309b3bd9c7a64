"""The engine in this process: what waits, what runs, what is remembered, what is told of it."""
