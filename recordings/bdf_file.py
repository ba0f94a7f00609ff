"""Converter codes as a BDF file: 24 bits a sample, bit for bit.

A BDF header gives each channel two codes and the potentials that they stand for, each potential in eight characters.
Codes between a reader then finds by a straight line. Seven digits are too few for the ends of a 24-bit range: at a gain
of 12, code 8388607 stands for 374999.9553 uV, and the nearest that can be written is one step off. So the upper of the
two codes is the largest for which the line is right and above which the channel does not come.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pyedflib
from numpy.typing import NDArray

from spec.design import Converter

LOWEST, HIGHEST = -(1 << 23), (1 << 23) - 1
GRID = 1 << 19  # a sixteenth of full scale: few digits where the ends have few
FIELD = 8  # characters (EDF specification, Kemp et al. 1992)
START = datetime(2000, 1, 1)  # synthetic people are recorded at no time, and a header must have one


def write_bdf(codes: NDArray[np.int32], converter: Converter, channels: tuple[str, ...], path: Path) -> None:
    """Write int32 codes [samples, channels] of a whole number of seconds; raises OSError where it cannot."""
    writer = pyedflib.EdfWriter(str(path), len(channels), file_type=pyedflib.FILETYPE_BDF)
    try:
        writer.setStartdatetime(START)
        for i, name in enumerate(channels):
            top, top_uv = _upper_end(int(codes[:, i].max()), converter.lsb_uv)
            writer.setSignalHeader(
                i,
                {
                    "label": name,
                    "dimension": "uV",
                    "sample_frequency": converter.rate_hz,
                    "digital_min": LOWEST,
                    "digital_max": top,
                    "physical_min": _field(LOWEST * converter.lsb_uv),
                    "physical_max": top_uv,
                    "transducer": "",
                    "prefilter": "",
                },
            )
        writer.writeSamples([np.ascontiguousarray(column) for column in codes.T], digital=True)
    finally:
        writer.close()


def _upper_end(largest: int, lsb_uv: float) -> tuple[int, float]:
    """The code, at or above `largest`, that eight characters give most exactly, and its potential in uV."""
    grid = (code for code in range(GRID, HIGHEST, GRID) if code >= largest)
    return min(
        ((code, _field(code * lsb_uv)) for code in (*grid, HIGHEST)),
        key=lambda end: (round(abs(end[1] - end[0] * lsb_uv) / lsb_uv, 6), -end[0]),
    )


def _field(value: float) -> float:
    """The number nearest to `value` that eight characters hold; whole numbers as int, which has no decimal point."""
    text = next(text for digits in range(FIELD, 0, -1) if len(text := f"{value:.{digits}g}") <= FIELD)
    return float(text) if "." in text else int(text)
