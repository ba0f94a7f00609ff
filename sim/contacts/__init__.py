"""The contact between electrode and skin: impedance, half-cell potential, settling, motion."""
