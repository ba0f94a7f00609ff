"""The designs that the RTL is held to."""

from __future__ import annotations

import copy
import tomllib

import pytest

from spec.design import DEFAULT_DESIGN_PATH, parse_design
from spec.fixed import FixedDesign, compile_design


def _vary(**changes):
    """The reference design with some keys of its tables changed; `bands` picks bands by name."""
    data = copy.deepcopy(tomllib.loads(DEFAULT_DESIGN_PATH.read_text(encoding="utf-8")))
    for table, values in changes.items():
        if table == "bands":
            data["bands"] = [band for band in data["bands"] if band["name"] in values]
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
}


@pytest.fixture(scope="session")
def designs() -> dict[str, FixedDesign]:
    """The designs by name, compiled."""
    return {name: compile_design(design) for name, design in DESIGNS.items()}
