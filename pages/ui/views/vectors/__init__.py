"""Many texts as vectors: compared, searched, cleared of duplicates, drawn."""
