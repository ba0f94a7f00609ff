"""The selective scan in C++, built on first use by torch's extension tools, and kept.

Products lie in `.build/model/scan-<key>`, where the key is a hash of the source, torch's version, the flags and this
machine's kind of processor, for which the compiler is told to build.
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
from typing import Any

import torch
from torch import Tensor

from earloop.spec.errors import EarloopError
from earloop.system.programs import find_program, programs_on_path
from earloop.system.project import ROOT

SOURCE = Path(__file__).with_name("native.cpp")
BUILD = ROOT / ".build" / "model"
# Without the last two the compiler must keep the order of what cannot happen here, and makes no vectors.
FLAGS = ("-O3", "-march=native", "-fopenmp", "-fno-math-errno", "-fno-trapping-math")
_NAME = "earloop_scan"


def native_serves(u: Tensor) -> bool:
    """Whether `native_scan` takes such tensors here; builds it if need be, which takes half a minute once."""
    return u.device.type == "cpu" and u.dtype in (torch.float32, torch.float64) and _loaded()


def native_scan(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """The scan; shapes as in `earloop.model.network.scan.selective_scan`, all of one floating type, on the CPU.

    Raises
    ------
    ValueError
        Shapes or types do not go together.
    EarloopError
        It cannot be built here; a warning has said why.
    """
    if not _loaded():
        raise EarloopError("the selective scan in C++ is not to be had here")
    batch, length, inner = u.shape
    state = a.shape[-1]
    wanted = {
        "dt": (dt, (batch, length, inner)), "a": (a, (inner, state)), "b": (b, (batch, length, state)),
        "c": (c, (batch, length, state)), "d": (d, (inner,)),
    }  # fmt: skip
    for name, (tensor, shape) in wanted.items():
        if tensor.shape != shape or tensor.dtype != u.dtype or tensor.device != u.device:
            raise ValueError(
                f"{name} is {tensor.dtype} {list(tensor.shape)} on {tensor.device}: wanted {u.dtype} {list(shape)} on "
                f"{u.device}"
            )
    y: Tensor = _NativeScan.apply(u, dt, a, b, c, d)  # type: ignore[no-untyped-call]
    return y


class _NativeScan(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Tensor) -> Tensor:
        u, dt, a, b, c, d = (x.contiguous() for x in inputs)
        y, kept = torch.ops.earloop.scan_forward(u, dt, a, b, c, d, any(ctx.needs_input_grad))
        ctx.save_for_backward(u, dt, a, b, c, d, kept)
        result: Tensor = y
        return result

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, ...]:
        gradients: tuple[Tensor, ...] = torch.ops.earloop.scan_backward(dy.contiguous(), *ctx.saved_tensors)
        return gradients


@cache
def _loaded() -> bool:
    """Load the operators; where that fails say so, once."""
    trouble = native_trouble()
    if trouble:
        warnings.warn(
            f"the selective scan in C++ {trouble}; it runs in plain PyTorch, which takes tens of times as long",
            stacklevel=2,
        )
    return not trouble


@cache
def native_trouble() -> str:
    """Why the scan cannot be built or loaded here, and what to do; empty where it is loaded, which it then is."""
    try:
        library = _library()
        if not library.exists():
            _build(library.parent)
        else:
            torch.ops.load_library(str(library))  # type: ignore[no-untyped-call]
    except (ImportError, OSError, RuntimeError) as error:  # ImportError: torch builds with setuptools
        return f"cannot be built or loaded ({_first_line(error)}); {_cure()}"
    return ""


def _cure() -> str:
    needs = {os.environ.get("CXX", "c++"): "the Debian package g++", "ninja": "by pip"}
    missing = [f"{name} ({source})" for name, source in needs.items() if find_program(name) is None]
    return (
        f"install {' and '.join(missing)}"
        if missing
        else "c++ and ninja are here, so its message is what there is to go by"
    )


def _library() -> Path:
    inputs = (SOURCE.read_text(encoding="utf-8"), torch.__version__, FLAGS, platform.machine(), _processor())
    key = hashlib.sha256(repr(inputs).encode()).hexdigest()[:16]
    return BUILD / f"scan-{key}" / f"{_NAME}.so"


def _processor() -> str:
    """What instructions there are: a product of one machine may not run on another that shares the folder."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("flags", "Features")):
                return line
    return platform.processor()


def _build(folder: Path) -> None:
    """Build in a folder of its own, load it there, and put it in its place whole: a build cut off leaves nothing."""
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
        with suppress(OSError):  # another process was first, and made the same
            made.rename(folder)


def _first_line(error: Exception) -> str:
    """What went wrong; of a compiler's output the first complaint."""
    lines = str(error).splitlines() or [type(error).__name__]
    return next((line for line in lines if "error:" in line), lines[0]).strip()
