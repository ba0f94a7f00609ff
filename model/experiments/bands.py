"""Designs with fewer bands, but the same electrodes and converter.

The paper has twelve bands and does not define fewer. These sets divide the same range, 0.5 Hz to Nyquist, at
physiological borders.
"""

from __future__ import annotations

from typing import Any

from earloop.spec.design import Design
from earloop.spec.variants import vary_reference

MAINS_HZ = 60
ELECTRODES = {"left": ["TP9"], "right": ["TP10"], "reference": ["Fpz"]}  # those of the real recordings


def _band(name: str, low_hz: float, high_hz: float, range_uv: float = 4000.0) -> dict[str, Any]:
    return {"name": name, "low_hz": low_hz, "high_hz": high_hz, "range_uv": range_uv}


FEWER_BANDS: dict[int, list[dict[str, Any]]] = {
    1: [_band("all", 0.5, 100.0)],
    2: [_band("slow", 0.5, 13.0), _band("fast", 13.0, 100.0)],
    4: [
        _band("delta_theta", 0.5, 8.0),
        _band("alpha", 8.0, 13.0),
        _band("beta", 13.0, 30.0),
        _band("high", 30.0, 100.0),
    ],
}


def ear_design(bands: int = 12, mains_hz: int = MAINS_HZ) -> Design:
    """Return a design with two electrodes behind the ears and 1, 2, 4 or the reference's 12 bands."""
    notch = {"mains_hz": mains_hz}
    if bands == 12:
        return vary_reference(electrodes=ELECTRODES, notch=notch)
    return vary_reference(bands=(), more_bands=FEWER_BANDS[bands], electrodes=ELECTRODES, notch=notch)
