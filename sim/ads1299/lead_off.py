"""Lead-off: the currents through the electrodes, the comparators, and |Z| from the converter's output.

Sources: SBAS499C, sections 7.5, 9.3.2.4.3, 9.3.2.4.4 and 9.6.1.5.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earloop.sim.ads1299.clock import sample_cycles
from earloop.sim.ads1299.inputs import SourceImpedance
from earloop.spec.decimator import sinc3_gain

CURRENTS_A = (6e-9, 24e-9, 6e-6, 24e-6)  # by ILEAD_OFF (section 9.6.1.5)
"""The currents of the lead-off excitation, in A, by the register's field ILEAD_OFF."""
THRESHOLDS = (0.95, 0.925, 0.90, 0.875, 0.85, 0.80, 0.75, 0.70)  # by COMP_TH, of AVDD - AVSS (section 9.6.1.5)
DC = 0  # FLEAD_OFF (section 9.6.1.5)


def excitation_cycles(frequency_code: int, rate_hz: int) -> int:
    """Return the clock cycles of an excitation period, for FLEAD_OFF 1..3: 2^18 (7.8 Hz), 2^16 (31.2 Hz), 4 samples."""
    return (1 << 18, 1 << 16, 4 * sample_cycles(rate_hz))[frequency_code - 1]


def square_response_ohm(
    source: SourceImpedance, into_half_s: NDArray[np.float64], half_s: float
) -> NDArray[np.float64]:
    """Return the voltage per ampere of a square-wave current through a source in steady state, float64 [times], Ohm.

    The half-wave of Rd || C is an exponential between the two ends that make it periodic; Rs adds a step. The caller
    multiplies the result by the sign of the current.

    Parameters
    ----------
    into_half_s : time since the current last changed its sign, s
    half_s : half a period, s
    """
    ohm = np.full(len(into_half_s), source.dc_ohm)
    tau_s = source.parallel_ohm * source.farad
    if tau_s > 0:
        ohm -= 2 * source.parallel_ohm * np.exp(-into_half_s / tau_s) / (1 + np.exp(-half_s / tau_s))
    return ohm


def electrodes_off(
    electrode_v: NDArray[np.float64],
    pulled_up: Sequence[bool] | NDArray[np.bool_],
    threshold_code: int,
    supply_v: float,
    error_v: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Return whether each comparator reports a lead-off: the pin is beyond the threshold to which its current pulls it.

    Parameters
    ----------
    electrode_v : float64 [samples, channels], V against mid supply
    pulled_up : whether the current pulls the pin to AVDD, bool [channels]
    threshold_code : COMP_TH
    error_v : error of each comparator, float64 [channels], V
    """
    threshold_v = (THRESHOLDS[threshold_code] - 0.5) * supply_v
    toward_rail_v = np.where(pulled_up, 1.0, -1.0) * electrode_v
    off: NDArray[np.bool_] = toward_rail_v > threshold_v + error_v
    return off


def estimate_impedance_ohm(
    codes: NDArray[np.int32], *, samples_per_cycle: int, current_a: float, lsb_uv: float
) -> NDArray[np.float64]:
    """Estimate the magnitude of the impedance from the converter's output under AC excitation.

    The output is multiplied by a sine and a cosine over whole cycles. The fundamental of a square wave of amplitude I
    is 4 I / pi, and the droop of sinc3 is compensated. With P and N both excited, the result is the sum of both
    impedances.

    Parameters
    ----------
    codes : int32 [samples] or [samples, channels], at least one cycle
    samples_per_cycle : output samples in one period: 2^16 clocks are 32 samples at 1 kSPS. With fDR / 4 there are 4,
        and the aliased harmonics make the result uncertain by 1.5 %
    current_a : amplitude of the current, A
    lsb_uv : input-referred size of a code, uV, as `earloop.spec.design.Converter.lsb_uv`

    Returns
    -------
    float64, Ohm, scalar or [channels]
    """
    cycles = len(codes) // samples_per_cycle
    whole = np.asarray(codes[: cycles * samples_per_cycle], np.float64)
    turn = np.exp(-2j * np.pi * np.arange(len(whole)) / samples_per_cycle)
    amplitude_v = 1e-6 * lsb_uv * np.abs(2 / len(whole) * np.tensordot(turn, whole, 1))
    droop = sinc3_gain(np.array([1 / samples_per_cycle]), 1.0)[0]
    ohm: NDArray[np.float64] = amplitude_v / droop / (4 / np.pi * current_a)
    return ohm
