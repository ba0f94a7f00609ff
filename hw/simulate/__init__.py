"""Simulation of the Verilog: Verilator compiles it into a program that processes streams of codes."""
