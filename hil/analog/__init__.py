"""Analog measurements: a generator drives the electrodes, the earbud converts, and statistics give the verdict."""
