"""The designs that the RTL is held to."""

from __future__ import annotations

import copy
import tomllib

import pytest

from spec.design import DEFAULT_DESIGN_PATH, parse_design
from spec.fixed import FixedDesign, compile_design


def _vary(**changes):
    """The reference design with some keys of its tables changed; `bands` picks bands by name, `more` adds some."""
    data = copy.deepcopy(tomllib.loads(DEFAULT_DESIGN_PATH.read_text(encoding="utf-8")))
    for table, values in changes.items():
        if table == "bands":
            data["bands"] = [band for band in data["bands"] if band["name"] in values]
        elif table == "more":
            data["bands"] += values
        else:
            data[table] |= values
    return parse_design(data)


DESIGNS = {
    "reference": _vary(),
    # One channel, no notch: the sequencer runs with idle lanes, notched samples are the decimated ones.
    "one_channel": _vary(
        electrodes={"left": ["T7"], "right": [], "reference": ["T8"]}, notch={"mains_hz": 0}, tokens={"patch": 10}
    ),
    # 250 SPS: no decimation, a single tap, no high-pass band.
    "undecimated": _vary(converter={"rate_hz": 250}, decimator={"factor": 1}, tokens={"patch": 10}),
    # Short patches and few taps, so that many patches go by.
    "small": _vary(
        electrodes={"left": ["T7"], "right": ["T8"], "reference": ["Cz"]},
        decimator={"taps": 31},
        tokens={"patch": 5},
        bands=["eeg_alpha", "eeg_gamma", "emg_high"],
    ),
    # As many channels and bands as there may be.
    "largest": _vary(
        electrodes={"left": ["T7", "T9", "C3", "P7"], "right": ["T8", "T10", "C4", "P8"]},
        decimator={"taps": 61},
        tokens={"patch": 4},
        more=[{"name": f"more_{i}", "low_hz": 5.0 + i, "high_hz": 20.0 + 2 * i, "range_uv": 900.0} for i in range(4)],
    ),
    # Other widths: operands that four multipliers do not hold, a mirrored notch.
    "few_bits": _vary(
        fixed_point={"error_bits": 1, "min_sqnr_db": 10.0, "band_guard_bits": 10},
        notch={"mains_hz": 60},
        tokens={"patch": 3},
        bands=["eeg_delta", "emg_high", "ecg_lf"],
    ),
}


@pytest.fixture(scope="session")
def designs() -> dict[str, FixedDesign]:
    """The designs by name, compiled."""
    return {name: compile_design(design) for name, design in DESIGNS.items()}
