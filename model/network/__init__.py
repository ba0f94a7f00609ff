"""The encoder: a shared linear tokenizer, learned places, layers of Mamba-1, Mamba-2 or attention, and the scan."""
