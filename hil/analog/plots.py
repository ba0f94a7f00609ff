"""The pictures of an analog verdict: response and noise by band, spectrum of the residual, received bursts."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from scipy import signal

from earloop.hil.analog.verdict import AnalogVerdict
from earloop.hil.reports.plots import INK, figure_style, to_svg
from earloop.sim import amplifier_sigma_uv
from earloop.sim.ads1299.sinc3 import sinc3_noise_power
from earloop.spec.design import Design

SHOWN_S = 0.25  # shown part of a burst
SEGMENT_S = 4.0  # length of a segment of the averaged spectrum


def response_figure(verdict: AnalogVerdict, design: Design) -> str:
    """Return the picture of `draw_response` as SVG."""
    with figure_style():
        figure = Figure(figsize=(9, 4.2), layout="constrained")
        draw_response(figure, verdict, design)
        return to_svg(figure)


def draw_response(figure: Figure, verdict: AnalogVerdict, design: Design) -> None:
    """Draw each band's response with its standard error, and below its SNR with the one expected by the budget."""
    above, below = figure.subplots(2, sharex=True)
    places = np.arange(len(design.bands))
    limit_db = verdict.tolerances.response_db
    above.axhspan(-limit_db, limit_db, color=INK, alpha=0.08, linewidth=0)
    for c, name in enumerate(design.channels):
        shift = 0.14 * (c - (len(design.channels) - 1) / 2)
        judged = [bool(response.judged[c]) for response in verdict.bands]
        response_db, error_db, snr_db, expected_db = (
            np.array([getattr(response, field)[c] for response in verdict.bands])
            for field in ("response_db", "response_error_db", "snr_db", "expected_snr_db")
        )
        x = (places + shift)[judged]
        above.errorbar(x, response_db[judged], error_db[judged], fmt="o", markersize=3, color=f"C{c}", label=name)
        below.plot(places + shift, snr_db, "o", markersize=3, color=f"C{c}")
        below.plot(places + shift, expected_db, "_", color=INK, label=None if c else "expected")
    above.set_ylabel("response, dB")
    above.set_ylim(-2.5 * limit_db, 2.5 * limit_db)
    above.legend(frameon=False, labelcolor=INK, ncols=len(design.channels), loc="upper left")
    below.set_ylabel("SNR, dB")
    below.legend(frameon=False, labelcolor=INK, loc="lower left")
    below.set_xticks(places, design.band_names, rotation=30, ha="right")
    below.set_xlim(-0.6, len(places) - 0.4)


def spectrum_figure(verdict: AnalogVerdict, design: Design) -> str:
    """Draw the spectra of the received signal, of the residual without the reference, and of the amplifier's noise."""
    with figure_style():
        figure = Figure(figsize=(9, 3.4), layout="constrained")
        ax = figure.subplots()
        per_segment = min(len(verdict.found), round(SEGMENT_S * verdict.rate_hz))
        quiet = np.nan_to_num(verdict.found - verdict.wanted)
        for values, style, label in ((verdict.found, {"alpha": 0.45}, "received"), (quiet, {}, "residual")):
            frequency_hz, power = signal.welch(
                values - values.mean(axis=0), verdict.rate_hz, nperseg=per_segment, axis=0
            )
            for c, name in enumerate(design.channels):
                ax.loglog(frequency_hz[1:], np.sqrt(power[1:, c]), color=f"C{c}", linewidth=0.8, **style)
                if label == "residual":
                    ax.plot([], [], color=f"C{c}", label=name)
        if verdict.view == "codes":
            rate_hz = design.converter.rate_hz
            power = (
                sinc3_noise_power(frequency_hz[1:] / rate_hz) * 2 * amplifier_sigma_uv(design.converter) ** 2 / rate_hz
            )
            ax.loglog(frequency_hz[1:], np.sqrt(power), color=INK, linewidth=1.2, linestyle="--", label="amplifier")
        ax.set_xlabel("frequency, Hz")
        ax.set_ylabel("uV / sqrt Hz")
        ax.legend(frameon=False, labelcolor=INK, ncols=len(design.channels) + 1)
        return to_svg(figure)


def calibration_figure(verdict: AnalogVerdict, design: Design) -> str:
    """Draw the middle of the burst up: as received, and as calibrated."""
    with figure_style():
        figure = Figure(figsize=(9, 2.6), layout="constrained")
        ax = figure.subplots()
        middle_s = verdict.calibration.timing.device_s(verdict.measured.stimulus.up.middle_s)
        first, last = (round((middle_s + side * SHOWN_S / 2) * verdict.rate_hz) for side in (-1, 1))
        times_s = np.arange(max(0, first), min(last, len(verdict.found))) / verdict.rate_hz
        rows = slice(max(0, first), max(0, first) + len(times_s))
        channel = int(np.argmax(verdict.calibration.correlation))
        ax.plot(times_s, verdict.wanted[rows, channel], color=INK, linewidth=0.8, label="sent, at the device's clock")
        ax.plot(times_s, verdict.found[rows, channel], "o", markersize=2, color="C0", label=design.channels[channel])
        ax.set_xlabel("device time, s")
        ax.set_ylabel("uV")
        ax.margins(x=0)
        ax.legend(frameon=False, labelcolor=INK, ncols=2, loc="lower right", bbox_to_anchor=(1.0, 1.0))
        return to_svg(figure)
