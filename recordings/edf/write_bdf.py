"""Converter codes as a BDF file: 24 bits a sample, bit for bit.

A BDF header gives each channel two codes and the potentials that they stand for, each potential in eight characters.
Codes between them a reader finds by a straight line. Seven digits are too few for the ends of a 24-bit range: at a gain
of 12, code 8388607 stands for 374999.9553 uV, and the nearest that can be written is one step off. So each of the two
codes is the outermost for which the line is right, unless the channel goes beyond it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import edfio
import numpy as np
from numpy.typing import NDArray

from earloop.spec.design import Converter

LOWEST, HIGHEST = -(1 << 23), (1 << 23) - 1
GRID = 1 << 19  # a sixteenth of full scale: few digits where the ends have few
FIELD = 8  # characters (EDF specification, Kemp et al. 1992)
START = datetime(2000, 1, 1)  # synthetic people are recorded at no time, and a header must have one


def write_bdf(codes: NDArray[np.int32], converter: Converter, channels: tuple[str, ...], path: Path) -> None:
    """Write int32 codes [samples, channels] of a whole number of seconds; raises OSError where it cannot."""
    signals = []
    for i, name in enumerate(channels):
        low, low_uv = _end(int(codes[:, i].min()), LOWEST, converter.lsb_uv)
        high, high_uv = _end(int(codes[:, i].max()), HIGHEST, converter.lsb_uv)
        signals.append(
            edfio.BdfSignal.from_digital(
                np.ascontiguousarray(codes[:, i]),
                converter.rate_hz,
                label=name,
                physical_dimension="uV",
                physical_range=(low_uv, high_uv),
                digital_range=(low, high),
            )
        )
    recording = edfio.Recording(startdate=START.date())
    edfio.Bdf(signals, recording=recording, starttime=START.time(), data_record_duration=1.0).write(path)


def _end(reached: int, outermost: int, lsb_uv: float) -> tuple[int, float]:
    """The code, from `reached` to `outermost`, that eight characters give most exactly, and its potential in uV."""
    step = GRID if outermost > 0 else -GRID
    grid = [code for code in range(step, outermost, step) if abs(code) >= abs(reached) or code * reached < 0]
    return min(
        ((code, _field(code * lsb_uv)) for code in (*grid, outermost)),
        key=lambda end: (round(abs(end[1] - end[0] * lsb_uv) / lsb_uv, 6), -abs(end[0])),
    )


def _field(value: float) -> float:
    """The number nearest to `value` that eight characters hold; whole numbers as int, which has no decimal point."""
    text = next(text for digits in range(FIELD, 0, -1) if len(text := f"{value:.{digits}g}") <= FIELD)
    return float(text) if "." in text else int(text)
