"""Hum as a lock-in measures it, and as the circuit makes it, solved apart from the code that models it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.sim import FrontEnd, FrontEndRun

FloatArray = NDArray[np.float64]


def tone_uv(uv: FloatArray, frequency_hz: float, sfreq: float = 1000.0) -> FloatArray:
    """Rms of one frequency in [samples, channels], locked in over 2 s at a time, so that it may drift a little.

    The noise beside it, 2 to 3 Hz away, is taken off.
    """
    block = int(2 * sfreq)
    t = np.arange(block) / sfreq
    blocks = uv[: len(uv) // block * block].reshape(-1, block, uv.shape[1])
    blocks = (blocks - blocks.mean(axis=1, keepdims=True)) * np.hanning(block)[:, np.newaxis]

    def power(hz: float) -> FloatArray:
        locked = np.einsum("bsc,s->bc", blocks, np.exp(-2j * np.pi * hz * t)) / np.hanning(block).sum()
        found: FloatArray = 2 * (np.abs(locked) ** 2).mean(axis=0)
        return found

    beside = np.mean([power(frequency_hz + away) for away in (-3.0, -2.0, 2.0, 3.0)], axis=0)
    rms: FloatArray = np.sqrt(np.maximum(power(frequency_hz) - beside, 0))
    return rms


def circuit_uv(run: FrontEndRun, front_end: FrontEnd) -> FloatArray:
    """Rms of the hum of each channel, from first principles: mains, two capacitors, and a divider at each electrode."""
    facts = run.recording.meta["front_end"]["mains"]
    w = 2 * np.pi * facts["frequency_hz"]
    cp, cb = facts["mains_pf"] * 1e-12, facts["earth_pf"] * 1e-12
    body_v = {50: 230, 60: 120}[front_end.mains_hz] * (1 / cb) / (1 / cp + 1 / cb)  # two capacitors in series
    body_v *= 10 ** (-front_end.bias_reduction_db / 20)
    z_input = 1 / (1 / front_end.input_ohm + 1j * w * front_end.input_farad)
    matrix = front_end.headset.wiring.matrix
    swell = 1 + 0.1 * np.sin(np.linspace(0, 2 * np.pi, 1000))  # of the body's voltage, over whole periods
    nodes = []
    for column, contact in enumerate(run.contacts):
        cpe = 1 / (contact.cpe_y0 * (1j * w) ** contact.cpe_n)
        settled = contact.series_ohm + contact.parallel_ohm * cpe / (contact.parallel_ohm + cpe)
        cpe_lead_off = 1 / (contact.cpe_y0 * (2j * np.pi * 31.2) ** contact.cpe_n)
        at_lead_off = contact.series_ohm + contact.parallel_ohm * cpe_lead_off / (contact.parallel_ohm + cpe_lead_off)
        z = settled * run.impedance_kohm[:, column].astype(float) * 1e3 / abs(at_lead_off)
        fed = z_input / np.abs(matrix[:, column]).sum()
        nodes.append(fed / (fed + z))
    differential = np.array(nodes).T @ matrix.T + 10 ** (-front_end.cmrr_db / 20)
    rms = np.sqrt((np.abs(differential) ** 2).mean(axis=0) * (swell**2).mean())
    droop = np.sinc(facts["frequency_hz"] / front_end.headset.rate_hz) ** 3 if front_end.decimation == "sinc3" else 1
    hum_uv: FloatArray = 1e6 * body_v * rms * droop
    return hum_uv
