"""Measurements and comparisons: `python -m bench` runs them all and writes RESULTS.md."""
