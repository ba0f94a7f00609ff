"""Faults of a front end, applied to the codes of one without a fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from earloop.hil.faults.fault import Fault
from earloop.hil.faults.kinds import FaultKind
from earloop.recordings import Recording, resample
from earloop.sim import code_limits, codes_to_uv, uv_to_codes
from earloop.sim.front_end.mains import FREQUENCY_SD_HZ
from earloop.spec.design import Design

# An open input of the ADS1299 (SBAS499C, section 7.5): 300 pA of bias current through 1000 MOhm, parallel to 20 pF of
# the chip and ten times that of its lead (estimate).
_FLOATS_TO_UV = 300e-12 * 1e9 * 1e6
_FLOATS_WITHIN_S = 1e9 * 220e-12
_MAINS_HZ = 50.0  # for a design without a notch

Codes = NDArray[np.int32]


def apply_fault(codes: Codes, fault: Fault, design: Design) -> Codes:
    """Return codes, int32 [samples, channels], with a fault of the front end; the number of samples may change.

    Parameters
    ----------
    fault : a fault of the front end, on the design's channels; see `Fault.on`
    """
    return _APPLY[fault.kind](codes, fault, design)


def _stuck(codes: Codes, fault: Fault, design: Design) -> Codes:
    span, columns = _span(codes, fault, design), _columns(fault, design)
    out = codes.copy()
    out[span, columns] = codes[max(span.start - 1, 0), columns]
    return out


def _stale(codes: Codes, fault: Fault, design: Design) -> Codes:
    span = _span(codes, fault, design)
    out = codes.copy()
    out[span] = codes[max(span.start - 1, 0)]
    return out


def _lost(codes: Codes, fault: Fault, design: Design) -> Codes:
    first = _span(codes, fault, design).start
    return np.delete(codes, slice(first, first + round(fault.size)), axis=0)


def _lead_off(codes: Codes, fault: Fault, design: Design) -> Codes:
    span, columns = _span(codes, fault, design), _columns(fault, design)
    since_s = np.arange(span.stop - span.start) / design.converter.rate_hz
    before_uv = codes_to_uv(codes[span.start, columns], design.converter)
    hum_hz = (design.notch.mains_hz or _MAINS_HZ) + FREQUENCY_SD_HZ
    hum_uv = np.sqrt(2) * fault.size * np.sin(2 * np.pi * hum_hz * since_s)
    away = -np.expm1(-since_s / _FLOATS_WITHIN_S)[:, None]
    out = codes.copy()
    out[span, columns] = uv_to_codes(before_uv + away * (_FLOATS_TO_UV - before_uv) + hum_uv[:, None], design.converter)
    return out


def _saturation(codes: Codes, fault: Fault, design: Design) -> Codes:
    out = codes.copy()
    out[_span(codes, fault, design), _columns(fault, design)] = code_limits(design.converter)[1]
    return out


def _gain(codes: Codes, fault: Fault, design: Design) -> Codes:
    span, columns = _span(codes, fault, design), _columns(fault, design)
    out = codes.copy()
    out[span, columns] = np.clip(np.rint(fault.size * codes[span, columns]), *code_limits(design.converter))
    return out


def _swapped(codes: Codes, fault: Fault, design: Design) -> Codes:
    span, columns = _span(codes, fault, design), _columns(fault, design)
    out = codes.copy()
    out[span, columns] = codes[span, columns[::-1]]
    return out


def _clock(codes: Codes, fault: Fault, design: Design) -> Codes:
    first, rate_hz = _span(codes, fault, design).start, float(design.converter.rate_hz)
    then = Recording(codes_to_uv(codes[first:], design.converter), "uV", rate_hz, design.channels)
    taken = resample(then, rate_hz * round(fault.size, 4)).data  # in steps of 100 ppm, as far as `resample` goes
    return np.concatenate([codes[:first], uv_to_codes(taken, design.converter)])


_APPLY: Mapping[FaultKind, Callable[[Codes, Fault, Design], Codes]] = {
    FaultKind.STUCK: _stuck,
    FaultKind.STALE: _stale,
    FaultKind.LOST: _lost,
    FaultKind.LEAD_OFF: _lead_off,
    FaultKind.SATURATION: _saturation,
    FaultKind.GAIN: _gain,
    FaultKind.SWAPPED: _swapped,
    FaultKind.CLOCK: _clock,
}


def _span(codes: Codes, fault: Fault, design: Design) -> slice:
    return fault.span(design.converter.rate_hz, len(codes))


def _columns(fault: Fault, design: Design) -> list[int]:
    return [design.channels.index(name) for name in fault.channels]
