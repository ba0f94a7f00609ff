"""A design for the electrodes of a recording: what is chosen, and why."""
