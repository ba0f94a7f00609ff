"""Benches of the single modules, each against plain integers in Python; tests/hw/test_rtl_modules.py runs them all."""
