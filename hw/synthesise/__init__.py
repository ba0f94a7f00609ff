"""Synthesis of the Verilog for an FPGA: area, clock rate and power."""
