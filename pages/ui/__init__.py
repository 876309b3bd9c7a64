"""What pages share, in five folders: app, inputs, figures, answers, views. No torch, no transformers."""
