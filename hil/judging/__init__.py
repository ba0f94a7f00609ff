"""Compares a run with the golden model and the float path, and gives the verdict."""
