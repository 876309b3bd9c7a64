"""What a network can learn, one file per objective: what a batch asks for, and what a wrong answer costs."""
