"""Benches of the RTL: cocotb against the golden model, and the C++ harness of the Verilated runner."""
