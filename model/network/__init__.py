"""The encoder: a linear embedding, learned position embeddings, layers of Mamba-1, Mamba-2 or attention, the scan."""
