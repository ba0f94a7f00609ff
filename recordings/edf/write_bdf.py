"""Writing of converter codes as a BDF file: 24 bits a sample, bit for bit.

A BDF header has two codes of each channel and their potentials, each potential in eight characters. A reader converts
other codes by the straight line through these two. Seven digits are too few for the ends of a 24-bit range: at a gain
of 12, code 8388607 is 374999.9553 uV, and the nearest value that can be written is wrong by one code. Therefore each of
the two codes is the outermost one for which the line is exact, unless the channel has codes beyond it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import edfio
import numpy as np
from numpy.typing import NDArray

from earloop.spec.design import Converter

LOWEST, HIGHEST = -(1 << 23), (1 << 23) - 1
GRID = 1 << 19  # a sixteenth of full scale, which has few digits if the ends have few
FIELD = 8  # characters (EDF specification, Kemp et al. 1992)
START = datetime(2000, 1, 1)  # synthetic sessions have no date, but a header must have one


def write_bdf(codes: NDArray[np.int32], converter: Converter, channels: tuple[str, ...], path: Path) -> None:
    """Write int32 codes [samples, channels] of a whole number of seconds; raises OSError if it cannot."""
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
    """Return the code from `reached` to `outermost` whose potential fits best in eight characters, and its uV."""
    step = GRID if outermost > 0 else -GRID
    grid = [code for code in range(step, outermost, step) if abs(code) >= abs(reached) or code * reached < 0]
    return min(
        ((code, _field(code * lsb_uv)) for code in (*grid, outermost)),
        key=lambda end: (round(abs(end[1] - end[0] * lsb_uv) / lsb_uv, 6), -abs(end[0])),
    )


def _field(value: float) -> float:
    """Return the number nearest to `value` that fits in eight characters; as int, without a point, if it is whole."""
    text = next(text for digits in range(FIELD, 0, -1) if len(text := f"{value:.{digits}g}") <= FIELD)
    return float(text) if "." in text else int(text)
