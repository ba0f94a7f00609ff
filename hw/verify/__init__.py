"""Checks of the Verilog's text: its contract, its signals, and what the benches covered."""
