"""Test benches of the RTL: cocotb benches that compare with the golden model, and the C++ harness of the simulation."""
