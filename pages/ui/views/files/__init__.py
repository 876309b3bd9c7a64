"""Files in, files out: the view “A file”, and what a labelled file tells."""
