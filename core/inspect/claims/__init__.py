"""What papers say of BERT-base, and what comes out for a checkpoint here: one file for each page's experiments."""
