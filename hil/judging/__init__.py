"""Comparison of a run with the golden model and the float path, and the verdict on it."""
