"""The tokenizer in Verilog, its benches, and the program that runs it in simulation."""

from hw.live import LiveRtl
from hw.runner import RtlRun, build_runner, run_rtl

__all__ = ["LiveRtl", "RtlRun", "build_runner", "run_rtl"]
