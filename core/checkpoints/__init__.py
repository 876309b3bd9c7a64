"""What checkpoints there are, where their files lie and what each can do. Loads no weights."""
