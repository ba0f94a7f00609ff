"""Faults on purpose, what they look like from outside, and whether the rig noticed."""
