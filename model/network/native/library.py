"""The library of operators in C++, compiled on first use by torch's extension tools.

It is in `.build/model/scan-<key>`, where the key is a hash of the sources, torch's version, the flags and the
processor's type, because the compiler optimises for this processor.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import RLock

import torch
from torch import Tensor

from earloop.model.network.native.shapes import register_shapes
from earloop.spec.errors import EarloopError
from earloop.system.programs import find_program, programs_on_path
from earloop.system.project import ROOT

SOURCE = Path(__file__).with_name("operators.cpp")
HEADERS = tuple(SOURCE.with_name(name) for name in ("convolution.h", "scan.h", "vectors.h"))
BUILD = ROOT / ".build" / "model"
# Without the last two flags the compiler preserves errno and traps, which nothing here uses, and does not vectorise.
FLAGS = ("-O3", "-march=native", "-fopenmp", "-fno-math-errno", "-fno-trapping-math", "-Wno-psabi")
_NAME = "earloop_scan"
_ONE_AT_A_TIME = RLock()


def native_serves(u: Tensor) -> bool:
    """Return whether the operators take this tensor here; the first call compiles them, which takes half a minute."""
    return u.device.type == "cpu" and u.dtype in (torch.float32, torch.float64) and _loaded()


def require_native() -> None:
    """Raise EarloopError where the library cannot be compiled; a warning has given the reason."""
    if not _loaded():
        raise EarloopError("the selective scan in C++ is not available here; the warning before this says why")


def _loaded() -> bool:
    """Return whether the operators are loaded; a compiled graph takes the answer as a constant."""
    with _ONE_AT_A_TIME:  # threads that share a batch ask together, and the library can be loaded once only
        return _load()


# What `torch.compiler.assume_constant_result` sets; that function also imports the compiler, in a second.
_loaded._dynamo_marked_constant = True  # type: ignore[attr-defined]


@cache
def _load() -> bool:
    """Load the operators, and return whether that succeeded; warn once if not."""
    trouble = native_trouble()
    if trouble:
        warnings.warn(
            f"the selective scan in C++ {trouble}; it runs in plain PyTorch, which takes tens of times as long",
            stacklevel=2,
        )
    return not trouble


@cache
def native_trouble() -> str:
    """Compile if needed and load the scan; return why that failed and what to do, or an empty string."""
    try:
        library = _library()
        if not library.exists():
            _build(library.parent)
        else:
            torch.ops.load_library(str(library))  # type: ignore[no-untyped-call]
        register_shapes()
    except (ImportError, OSError, RuntimeError) as error:  # ImportError: torch builds with setuptools
        return f"cannot be built or loaded ({_first_line(error)}); {_cure()}"
    return ""


def _cure() -> str:
    needs = {os.environ.get("CXX", "c++"): "the Debian package g++", "ninja": "by pip"}
    missing = [f"{name} ({source})" for name, source in needs.items() if find_program(name) is None]
    return f"install {' and '.join(missing)}" if missing else "c++ and ninja are installed, so read the message above"


def _library() -> Path:
    sources = [path.read_text(encoding="utf-8") for path in (SOURCE, *HEADERS)]
    inputs = (sources, torch.__version__, FLAGS, platform.machine(), _processor())
    key = hashlib.sha256(repr(inputs).encode()).hexdigest()[:16]
    return BUILD / f"scan-{key}" / f"{_NAME}.so"


def _processor() -> str:
    """Name the processor's instructions: another machine that shares the folder may not have them all."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("flags", "Features")):
                return line
    return platform.processor()


def _build(folder: Path) -> None:
    """Compile and load the library in a temporary folder, then rename that folder: a killed build leaves no library."""
    from torch.utils.cpp_extension import load

    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix=".building-") as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        with programs_on_path():
            load(
                _NAME,
                [str(SOURCE)],
                extra_cflags=list(FLAGS),
                extra_ldflags=["-fopenmp"],
                build_directory=str(made),
                is_python_module=False,
            )
        with suppress(OSError):  # another process was faster, and its library is the same
            made.rename(folder)


def _first_line(error: Exception) -> str:
    """Return the first error line of a compiler's output, or the first line of another error."""
    lines = str(error).splitlines() or [type(error).__name__]
    return next((line for line in lines if "error:" in line), lines[0]).strip()
