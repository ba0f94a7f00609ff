"""Fine-tuning: heads on the encoder, and its training frozen, as a probe, in full or from scratch."""
