"""Checks of the Verilog: the ports' contract, unused signals, and the coverage of the tests."""
