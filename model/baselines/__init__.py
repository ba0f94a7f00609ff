"""Baselines with which every model is compared: a constant, band power, power at the flicker, EEGNet."""
