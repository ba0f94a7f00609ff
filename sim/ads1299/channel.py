"""A channel from its multiplexer to its modulator: the selected source, the clipping of the PGA, and the reference.

    electrodes --+
    shorted    --+-- mux -- + offset + CM / CMRR -- PGA: each output stays 200 mV off the supplies -- / VREF --> u
    bias, supply-+
    temperature, test

u is a fraction of full scale. Sources: SBAS499C, sections 9.3.1.1 to 9.3.1.3; errors from section 7.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.sim.ads1299.clock import ChipClock
from earloop.sim.ads1299.electrodes import ConnectedPins, Memory, pulled_up
from earloop.sim.ads1299.inputs import Inputs
from earloop.sim.ads1299.lead_off import electrodes_off
from earloop.sim.ads1299.noise_table import noise_uv_rms
from earloop.sim.ads1299.part import BoardWiring, ChipErrors
from earloop.sim.ads1299.registers import Mux, Settings

VREF_V = 4.5  # section 7.5
VREF_START_S, VREF_START_TAUS = 0.150, 7.0  # section 7.5, taken as the time to come within 0.1 %
NO_REFERENCE_V = 1e-3  # voltage on VREFP when nothing drives it: every input then reads as full scale
PGA_HEADROOM_V = 0.2  # section 9.3.1.3.1
TEMPERATURE_V_AT_25_C, TEMPERATURE_V_PER_C = 0.1453, 490e-6  # equation 3
SUPPLY_ON_DVDD = (2, 3)  # channels 3 and 4 measure DVDD / 4, the others AVDD / 2 (section 9.3.1.1.4)
TEST_DIVISOR = 2400  # section 9.6.1.3; the +-1 and +-2 mV of section 7.5 contradict it
TEST_HALF_CYCLES = (1 << 20, 1 << 19)  # by CAL_FREQ (section 9.6.1.3); 10 and 11 are constant


class SignalPath:
    """The analog path of all channels for one setting of the registers.

    Parameters
    ----------
    reference_since : cycle at which the reference buffer was switched on
    """

    def __init__(
        self,
        settings: Settings,
        inputs: Inputs,
        part: ChipErrors,
        board: BoardWiring,
        clock: ChipClock,
        reference_since: int,
    ) -> None:
        channels = slice(len(settings.gain))
        warmth_c = board.temperature_c - 25
        self._settings, self._part, self._board, self._cycle_s = settings, part, board, 1 / clock.hz
        self._electrodes = ConnectedPins(settings, inputs, part, board, self._cycle_s)
        self._reference_since = reference_since
        self._gain = np.array(settings.gain, np.float64)
        self._gain_error = (part.gain_error + part.gain_drift_per_c * warmth_c)[channels]
        self._offset_v = (part.offset_v + part.offset_drift_v_per_c * warmth_c)[channels]
        self._common_mode = part.common_mode[channels]
        self._vref_error = part.vref_error + part.vref_drift_per_c * warmth_c
        self.powered_down = np.array(settings.powered_down)
        table_uv = np.array([noise_uv_rms(gain, settings.rate_hz) for gain in settings.gain])
        self.noise_full_scale = part.noise * 1e-6 * table_uv * self._gain / VREF_V  # rms, a fraction of full scale

    def modulate(
        self, times_s: NDArray[np.float64], cycles: NDArray[np.int64], step_cycles: int, memory: Memory
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the modulators' inputs and the electrode voltages.

        Returns
        -------
        float64 [times, channels] : inputs of the modulators, a fraction of full scale
        float64 [times, channels], twice : voltages of the P and the N electrodes, V
        float64 [times] : voltage that the comparator of the bias electrode sees, V
        """
        electrode_p, electrode_n, bias_v, watched_v = self._electrodes.voltages(times_s, cycles, step_cycles, memory)
        vref_v = self._vref_v(cycles)
        p, n = electrode_p.copy(), electrode_n.copy()
        for channel, mux in enumerate(self._settings.mux):
            if mux == Mux.BIAS_DRP:
                p[:, channel] = bias_v
            elif mux == Mux.BIAS_DRN:
                n[:, channel] = bias_v
            elif mux != Mux.NORMAL:
                internal_v = self._internal_v(mux, channel, cycles, vref_v, bias_v)
                p[:, channel], n[:, channel] = internal_v / 2, -internal_v / 2
        common = (p + n) / 2
        half_out = self._gain / 2 * (p - n + self._offset_v + self._common_mode * common)
        limit_v = self._board.avdd_v / 2 - PGA_HEADROOM_V
        out = np.clip(common + half_out, -limit_v, limit_v) - np.clip(common - half_out, -limit_v, limit_v)
        fraction: NDArray[np.float64] = out * (1 + self._gain_error) / np.reshape(vref_v, (-1, 1))
        return fraction, electrode_p, electrode_n, watched_v

    def lead_off(self, p_v: NDArray[np.float64], n_v: NDArray[np.float64], bias_v: float) -> tuple[int, int, int]:
        """Return LOFF_STATP, LOFF_STATN and BIAS_STAT for electrode voltages [channels].

        The bit of an input is 1 only if the registers select that input.
        """
        settings, supply_v = self._settings, self._board.avdd_v
        if not settings.comparators_on:
            return 0, 0, 0
        threshold = settings.comparator_threshold
        bits = []
        for side, (v, selected) in enumerate(((p_v, settings.lead_off_p), (n_v, settings.lead_off_n))):
            error_v = self._part.comparator_error_v[side, : len(v)]
            off = electrodes_off(v, pulled_up(settings, side), threshold, supply_v, error_v) & np.array(selected)
            bits.append(int(off @ (1 << np.arange(len(v)))))
        no_error_v, down = np.zeros(1), np.zeros(1, bool)
        bias = electrodes_off(np.array([bias_v]), down, threshold, supply_v, no_error_v)[0] & settings.bias_sensed
        return bits[0], bits[1], int(bias)

    def _vref_v(self, cycles: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the reference while the buffer charges its capacitor, float64 [times], V."""
        if not self._settings.reference_buffer:
            return np.full(len(cycles), self._board.external_vref_v or NO_REFERENCE_V)
        taus = (cycles - self._reference_since) * (self._cycle_s * VREF_START_TAUS / VREF_START_S)
        vref_v: NDArray[np.float64] = VREF_V * (1 + self._vref_error) * -np.expm1(-taus)
        return np.maximum(vref_v, NO_REFERENCE_V)

    def _internal_v(
        self,
        mux: Mux,
        channel: int,
        cycles: NDArray[np.int64],
        vref_v: NDArray[np.float64],
        bias_v: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return the differential voltage of a source within the chip, float64 [times], V."""
        settings, board = self._settings, self._board
        if mux == Mux.BIAS_MEAS and settings.bias_measured:
            return bias_v
        v = np.zeros(len(cycles))
        if mux == Mux.SUPPLY:
            nominal_v = board.dvdd_v / 4 if channel in SUPPLY_ON_DVDD else board.avdd_v / 2
            v += nominal_v * (1 + self._part.supply_reading_error)
        elif mux == Mux.TEMPERATURE:
            v += TEMPERATURE_V_AT_25_C + TEMPERATURE_V_PER_C * (board.temperature_c - 25)
        elif mux == Mux.TEST and settings.test_internal:
            v -= (2 if settings.test_double else 1) * vref_v / TEST_DIVISOR * (1 + self._part.test_signal_error)
            if settings.test_frequency < len(TEST_HALF_CYCLES):
                v *= np.where(cycles // TEST_HALF_CYCLES[settings.test_frequency] % 2, -1.0, 1.0)
        return v
