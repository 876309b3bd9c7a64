"""One model in memory: loaded, merged, fused, with its tokenizer. torch is at home here."""
