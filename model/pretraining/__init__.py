"""Pretraining: masks, six reconstruction objectives, the training loop and its checkpoints."""
