"""The Verilog compiled by Verilator, and run on streams of codes."""
