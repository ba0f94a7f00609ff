"""A description in one line of the machine that the numbers are measured on."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


def describe_machine() -> str:
    """Return CPU model, cores, system and Python, and the machine's present load."""
    facts = _CPUINFO.read_text("utf-8") if _CPUINFO.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", facts, re.MULTILINE)
    cpu = found[1].strip() if found else platform.processor() or platform.machine()
    return (
        f"{cpu}, {os.cpu_count()} cores; {platform.system()}, Python {platform.python_version()}; "
        f"load average {os.getloadavg()[0]:.1f} before the first measurement"
    )
