"""A verdict as files: summary, HTML page, plots, JUnit XML."""
