"""The front end: electrode potentials to converter codes."""

from sim.quantise import code_limits, codes_to_uv, count_clipped, uv_to_codes

__all__ = ["code_limits", "codes_to_uv", "count_clipped", "uv_to_codes"]
