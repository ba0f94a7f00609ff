"""Voltages at the two inputs of each channel, from potentials and sources: bias drive, loading, lead-off currents.

    potential --+ bias drive --[ source Rs + Rd || C ]--+-- input P or N of one channel; SRB1: N of all
                                                        |
                             1 GOhm || 20 pF each ------+------ input bias and lead-off current of each

With BIAS_LOFF_SENS 1 a comparator monitors the bias electrode, pin BIASOUT (section 9.3.2.4.4). While the bias
amplifier is off, the lead-off current, a direct current, pulls the electrode to AVSS. While it is on, the comparator
sees its output.

Each pin is a divider with one pole. The AC excitation is in its steady state: the model omits the first moments after
it is switched on, until C is charged. A channel with a closed SRB switch sees the SRB pin alone, as if nothing were
connected to its other pin; such montages are wired like that.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from earloop.sim.ads1299.inputs import Inputs, SourceImpedance
from earloop.sim.ads1299.lead_off import CURRENTS_A, DC, excitation_cycles, square_response_ohm
from earloop.sim.ads1299.part import INPUT_FARAD, INPUT_OHM, BoardWiring, ChipErrors
from earloop.sim.ads1299.registers import Mux, Settings

LEAD_OFF_INPUT_OHM = 500e6  # with a lead-off current source on the input; SBAS499C, section 7.5
CLAMP_V = 0.3  # diodes conduct at this distance beyond the supplies; SBAS499C, section 7.1
BIAS_SENSE_OHM = 330e3  # after each sensed input; SBAS499C, equation 11
BIAS_HEADROOM_V = 0.3  # SBAS499C, section 7.5
BIAS_PIN = "BIASOUT"
ON_ELECTRODES = (Mux.NORMAL, Mux.BIAS_DRP, Mux.BIAS_DRN)

Memory = dict[str, tuple[float, float]]  # last input and output of each one-pole filter, by pin


class ConnectedPins:
    """The pins and their connections for one setting of the registers.

    Parameters
    ----------
    cycle_s : duration of a clock cycle, s
    """

    def __init__(
        self, settings: Settings, inputs: Inputs, part: ChipErrors, board: BoardWiring, cycle_s: float
    ) -> None:
        self._settings, self._inputs, self._board, self._cycle_s = settings, inputs, board, cycle_s
        channels = len(settings.gain)
        sides = (
            ["SRB2" if srb2 else f"IN{c + 1}P" for c, srb2 in enumerate(settings.srb2)],
            ["SRB1" if settings.srb1 else f"IN{c + 1}N" for c in range(channels)],
        )
        excited = (settings.lead_off_p, settings.lead_off_n)
        sensed = (settings.bias_p, settings.bias_n)
        wanted = [
            not off and mux in ON_ELECTRODES for mux, off in zip(settings.mux, settings.powered_down, strict=True)
        ]
        used = [
            pin
            for side, on, sense in zip(sides, excited, sensed, strict=True)
            for pin, *needs in zip(side, wanted, on, sense, strict=True)
            if any(needs)
        ]
        self._bias_pulled = settings.bias_sensed and not settings.bias_on
        self._pins = sorted({*used, BIAS_PIN} if self._bias_pulled else set(used))
        self._column = tuple([self._pins.index(p) if p in self._pins else -1 for p in side] for side in sides)
        self._sensed = [self._pins.index(p) for side, on in zip(sides, sensed, strict=True) for p in compress(side, on)]

        count = len(self._pins)
        self._siemens, self._farad = np.zeros(count), np.zeros(count)
        self._dc_a, self._ac_a = np.zeros(count), np.zeros(count)
        self._half_cycles = 0
        current_a = CURRENTS_A[settings.lead_off_current] * (1 + part.lead_off_current_error)
        if settings.lead_off_frequency != DC:
            self._half_cycles = excitation_cycles(settings.lead_off_frequency, settings.rate_hz) // 2
        for side, (columns, on) in enumerate(zip(self._column, excited, strict=True)):
            for channel, column in enumerate(columns):
                if column < 0:
                    continue
                self._siemens[column] += 1 / (LEAD_OFF_INPUT_OHM if on[channel] else INPUT_OHM)
                self._farad[column] += INPUT_FARAD
                self._dc_a[column] += part.input_bias_a[side, channel]
                if on[channel]:
                    signed_a = current_a if pulled_up(settings, side)[channel] else -current_a
                    (self._ac_a if self._half_cycles else self._dc_a)[column] += signed_a
        if self._bias_pulled:
            column = self._pins.index(BIAS_PIN)
            self._siemens[column], self._farad[column] = 1 / LEAD_OFF_INPUT_OHM, INPUT_FARAD
            self._dc_a[column] = -current_a
        self._sources = [inputs.sources.get(pin, SourceImpedance()) for pin in self._pins]

    def voltages(
        self, times_s: NDArray[np.float64], cycles: NDArray[np.int64], step_cycles: int, memory: Memory
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the voltages at the inputs, in V against mid supply.

        Times are `step_cycles` apart; `memory` holds the states of the filters from one call to the next.

        Returns
        -------
        float64 [times, channels], twice : at the P and the N inputs
        float64 [times] : at the bias amplifier's output
        float64 [times] : at the comparator of the bias electrode
        """
        step_s = self._cycle_s * step_cycles
        v = self._inputs.potentials_v(times_s, self._pins) if self._pins else np.zeros((len(times_s), 0))
        bias_v = self._bias_drive_v(v, step_s, memory)
        v = v + bias_v[:, np.newaxis]  # a copy: the array of the inputs must not change
        for column, (pin, source) in enumerate(zip(self._pins, self._sources, strict=True)):
            ohm = source.dc_ohm
            share = 1 / (1 + ohm * self._siemens[column])
            v[:, column] = share * one_pole(v[:, column], share * ohm * self._farad[column], step_s, memory, pin)
            v[:, column] += share * ohm * self._dc_a[column]
            if self._ac_a[column]:
                halves, into_half = np.divmod(cycles, self._half_cycles)
                response_ohm = square_response_ohm(source, into_half * self._cycle_s, self._half_cycles * self._cycle_s)
                v[:, column] += share * self._ac_a[column] * response_ohm * np.where(halves % 2, -1.0, 1.0)
        limit_v = self._board.avdd_v / 2 + CLAMP_V
        v = np.clip(v, -limit_v, limit_v)
        padded = np.column_stack([v, np.zeros(len(v))])  # column -1: inputs that no setting uses
        watched_v = v[:, self._pins.index(BIAS_PIN)] if self._bias_pulled else bias_v
        return padded[:, self._column[0]], padded[:, self._column[1]], bias_v, watched_v

    def _bias_drive_v(self, v: NDArray[np.float64], step_s: float, memory: Memory) -> NDArray[np.float64]:
        """Return the shift of the body by the bias amplifier, float64 [times], V.

        The amplifier inverts the mean of the sensed inputs with the gain A = A0 / (1 + s T), where A0 = N REXT / 330
        kOhm (equation 11) and T = REXT CEXT. The body follows: of the mean x remains x / (1 + A), so the shift is
        -x A / (1 + A), with one pole at (1 + A0) / T. The output stays 0.3 V or more from the supplies.
        """
        if not (self._settings.bias_on and self._sensed):
            return np.zeros(len(v))
        gain = len(self._sensed) * self._board.bias_ohm / BIAS_SENSE_OHM
        tau_s = self._board.bias_ohm * self._board.bias_farad / (1 + gain)
        shift_v = -gain / (1 + gain) * one_pole(v[:, self._sensed].mean(axis=1), tau_s, step_s, memory, BIAS_PIN)
        limit_v = self._board.avdd_v / 2 - BIAS_HEADROOM_V
        return np.clip(shift_v, -limit_v, limit_v)


def pulled_up(settings: Settings, side: int) -> Sequence[bool]:
    """Return for each channel whether its input P (side 0) or N (side 1) is pulled to AVDD (section 9.6.1.11)."""
    return tuple(flip == bool(side) for flip in settings.lead_off_flip)


def one_pole(x: NDArray[np.float64], tau_s: float, step_s: float, memory: Memory, name: str) -> NDArray[np.float64]:
    """Filter by 1 / (1 + s tau), exactly for an input that is linear between its samples; the filter begins settled."""
    from scipy.signal import lfilter

    decay = np.exp(-step_s / tau_s) if tau_s > 0 else 0.0
    lag = tau_s / step_s * (1 - decay)
    now, before = 1 - lag, lag - decay
    last_x, last_y = memory.get(name, (x[0], x[0]))
    y: NDArray[np.float64] = lfilter([now, before], [1, -decay], x, zi=[before * last_x + decay * last_y])[0]
    memory[name] = (float(x[-1]), float(y[-1]))
    return y
