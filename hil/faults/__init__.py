"""Faults that are injected on purpose into front end, link and power."""
