"""An earbud that takes samples by itself: from its own converter, or from the ADS1299's model on its bus."""
