"""Benches of the single modules, which compare with integers in Python; tests/hw/test_rtl_modules.py runs them all."""
