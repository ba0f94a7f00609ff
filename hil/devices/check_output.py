"""A check of what a device returned, before anything is compared: a wrong shape or type must not reach a verdict."""

from __future__ import annotations

from typing import Any

import numpy as np

from earloop.hil.devices.tap_choice import TAP_NAMES
from earloop.hil.run.device import DeviceRun
from earloop.spec.design import Design


def trouble_with_output(run: DeviceRun, design: Design) -> str | None:
    """Return what is wrong with the form of a device's output, for a message; None if it can be compared.

    The numbers of patches and rows are not checked here: the comparison counts missing values.
    """
    channels, bands, patch = len(design.channels), len(design.bands), design.tokens.patch
    trouble = _trouble("tokens", run.tokens, (channels, bands, patch))
    if trouble is None and run.received is not None:
        trouble = _mask_trouble("received", run.received, run.tokens)
    if trouble is not None:
        return trouble
    for name, values in run.taps.items():
        if name not in TAP_NAMES or name == "tokens":
            return f"tap {name!r} is unknown; wanted names among {', '.join(TAP_NAMES)}"
        inner = (channels, bands) if name == "bands" else (channels,)
        if (trouble := _trouble(f"tap {name}", values, inner)) is not None:
            return trouble
    for name, mask in run.taps_received.items():
        if name not in run.taps:
            return f"taps_received has {name!r}, and taps has not"
        if (trouble := _mask_trouble(f"taps_received of {name}", mask, run.taps[name])) is not None:
            return trouble
    return None


def _trouble(name: str, values: Any, inner: tuple[int, ...]) -> str | None:
    wanted = ", ".join(["n", *map(str, inner)])
    if not isinstance(values, np.ndarray):
        return f"{name} is a {type(values).__name__}; wanted an array of integers of shape [{wanted}]"
    if not np.issubdtype(values.dtype, np.integer):
        return f"{name} has dtype {values.dtype}; wanted integers"
    if values.shape[1:] != inner or values.ndim != len(inner) + 1:
        return f"{name} has shape {list(values.shape)}; wanted [{wanted}]"
    return None


def _mask_trouble(name: str, mask: Any, values: np.ndarray[Any, Any]) -> str | None:
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        return f"{name} is not an array of bool"
    if not 1 <= mask.ndim <= values.ndim or mask.shape != values.shape[: mask.ndim]:
        return f"{name} has shape {list(mask.shape)}; wanted the leading axes of {list(values.shape)}"
    return None
