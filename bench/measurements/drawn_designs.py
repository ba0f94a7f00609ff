"""Random designs, and signals that exceed their range; every correct device must pass with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from earloop.recordings import Recording
from earloop.spec.errors import DesignError
from earloop.spec.fixed import FixedDesign, compile_design
from earloop.spec.variants import vary_reference

DISTURBANCES = ("nothing", "a pop of 60 mV", "a pop of 200 mV", "a second at the rails", "one sample far out")


def drawn_design(rng: np.random.Generator) -> FixedDesign:
    """Draw a design: 1 to 8 channels, 1 to 12 bands from 0.05 Hz to Nyquist, any gain of the ADS1299, any notch."""
    while True:
        channels = [f"E{i}" for i in range(int(rng.integers(1, 9)))]
        half = (len(channels) + 1) // 2
        try:
            design = vary_reference(
                bands=(),
                more_bands=[_drawn_band(rng, i) for i in range(int(rng.integers(1, 13)))],
                electrodes={"left": channels[:half], "right": channels[half:], "reference": ["TP9", "TP10"]},
                converter={"gain": int(rng.choice([1, 2, 4, 6, 8, 12, 24]))},
                notch={"mains_hz": int(rng.choice([0, 50, 60]))},
            )
            return compile_design(design)
        except DesignError:  # a band whose coefficients fit no word
            continue


def _drawn_band(rng: np.random.Generator, i: int) -> dict[str, Any]:
    low_hz = float(np.exp(rng.uniform(np.log(0.05), np.log(80))))
    high_hz = low_hz * float(np.exp(rng.uniform(np.log(1.3), np.log(40))))
    return {
        "name": f"band_{i}",
        "low_hz": round(low_hz, 3),
        "high_hz": 100.0 if high_hz > 95 else round(high_hz, 3),
        "range_uv": float(rng.choice([500.0, 1000.0, 4000.0])),
    }


def drawn_signal(rng: np.random.Generator, fixed: FixedDesign, seconds: float = 15.0) -> tuple[Recording, str]:
    """Draw a sine with noise, and disturb one channel; return the recording and its kind, one of `DISTURBANCES`."""
    design = fixed.design
    rate_hz = design.converter.rate_hz
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    uv = rng.uniform(5, 50) * np.sin(2 * np.pi * 10 * t)[:, np.newaxis]
    uv = uv + 5 * rng.standard_normal((len(t), len(design.channels)))
    disturbance, at = str(rng.choice(DISTURBANCES)), int(rng.uniform(0.2, 0.6) * len(t))
    channel = int(rng.integers(len(design.channels)))
    match disturbance:
        case "a pop of 60 mV":
            uv[at : at + rate_hz // 5, channel] += 60e3
        case "a pop of 200 mV":
            uv[at : at + rate_hz // 5, channel] += 200e3
        case "a second at the rails":
            uv[at : at + rate_hz, channel] = 1e9
        case "one sample far out":
            uv[at, channel] += float(rng.choice([1e3, 1e5, 1e9]))
    return Recording(uv, "uV", float(rate_hz), design.channels), disturbance
