"""The contacts between electrodes and skin: impedance, half-cell potential, settling, motion."""
