from .simulate.live import LiveRtl
from .simulate.runner import RtlRun, build_runner, run_rtl

__all__ = ["LiveRtl", "RtlRun", "build_runner", "run_rtl"]
