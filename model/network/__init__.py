"""The encoder: a shared linear tokenizer, learned places, bidirectional Mamba layers, and the selective scan."""
