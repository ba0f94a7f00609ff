"""Baselines that every model of a comparison is held against: a constant, band power, EEGNet."""
