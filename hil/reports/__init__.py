"""Writes a verdict to files: summary, HTML page, plots, JUnit XML."""
