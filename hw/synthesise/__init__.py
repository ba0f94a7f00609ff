"""The Verilog on an FPGA: area, clock rate and power."""
