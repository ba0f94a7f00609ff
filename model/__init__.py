"""PiMT-Mamba: token embedding, bidirectional Mamba, six reconstruction objectives, pretraining."""
