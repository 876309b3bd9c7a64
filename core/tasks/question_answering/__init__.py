"""question-answering: the spans of a passage that answer a question, or none; long passages go in windows."""
