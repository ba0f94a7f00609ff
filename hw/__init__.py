"""The tokenizer in Verilog, its benches, and the program that runs it in simulation."""

from hw.runner import RtlRun, build_runner, run_rtl

__all__ = ["RtlRun", "build_runner", "run_rtl"]
