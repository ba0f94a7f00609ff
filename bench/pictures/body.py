"""Pictures of eyes, heart, muscle, sleep and walking: real recordings, and ours at the nearest derivation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import neurokit2
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bench.pictures import real
from bench.pictures.average import band_passed, epochs, from_baseline, mean_density, steps_s, times
from bench.pictures.pair import MARK, SIDES, THIN, note, pair
from earloop.recordings import Recording
from earloop.spec.wiring import wire
from earloop.synth_data import Headset, Session, parse_scenario, synthesise

FloatArray = NDArray[np.float64]

SACCADE_HZ, SACCADE_OVER_S, SACCADE_UV = (0.1, 10.0), 0.2, 100.0
SACCADE_S = (-0.4, 0.8)
BEAT_S, BEAT_HZ = (-0.3, 0.5), (0.5, 40.0)
BURST_HZ, BURST_OVER_REST, BURST_S = (10.0, 450.0), 5.0, 0.25
SHOWN_S = 4.0
SLEEP_HZ, SIGMA_HZ = (0.5, 40.0), (11.0, 16.0)
SLEEP_S = 15.0


def doing(headset: Headset, duration_s: float, **does: dict[str, Any]) -> Session:
    """Synthesise a session of one activity."""
    activity = {"name": "only", "duration_s": duration_s, "does": does}
    scenario = parse_scenario({"name": "only", "duration_s": duration_s, "tracks": [{"activities": [activity]}]})
    return synthesise(headset, scenario=scenario, sources=True)


def saccades(folder: Path) -> Figure:
    """Draw rapid eye movements: the 20 s with the most, and all steps of left minus right with a positive sign."""
    loc_roc = real.rem_eog(folder)
    across = Headset(wire(("F9",), ("F10",), ("A2",)), real.REM_SFREQ)
    duration_s = len(loc_roc) / real.REM_SFREQ
    rem = {"sleep": {"stage": "R"}, "rapid_eye_movements": {}, "eyes_closed": {}}
    ours = doing(across, duration_s, **rem).recording.data.astype(np.float64)
    figure, axes = pair(2, 2.7)
    t = times(SACCADE_S, real.REM_SFREQ)
    for column, (uv, (_, colour)) in enumerate(zip((loc_roc, ours), SIDES, strict=True)):
        difference = band_passed(uv[:, 0] - uv[:, 1], real.REM_SFREQ, *SACCADE_HZ)
        at, sign = steps_s(difference, real.REM_SFREQ, SACCADE_OVER_S, SACCADE_UV)
        inside = (at + SACCADE_S[0] > 0) & (at + SACCADE_S[1] < duration_s)
        parts = from_baseline(epochs(difference, at[inside].tolist(), real.REM_SFREQ, SACCADE_S), t, -SACCADE_OVER_S)
        parts *= sign[inside][:, np.newaxis]
        busiest = _busiest(at, duration_s)
        span = slice(round(busiest * real.REM_SFREQ), round((busiest + 20) * real.REM_SFREQ))
        upper, lower = axes[:, column]
        upper.plot(np.arange(span.stop - span.start) / real.REM_SFREQ, difference[span], color=colour, linewidth=0.8)
        upper.set_xlabel("time, s")
        for part in parts[:: max(1, len(parts) // 60)]:
            lower.plot(t, part, color=THIN, linewidth=0.4)
        lower.plot(t, parts.mean(axis=0), color=colour, linewidth=2)
        lower.set_xlabel("time from the steepest point, s")
        note(lower, f"{len(parts)} in {duration_s / 60:.0f} min")
    for ax in axes[:, 0]:
        ax.set_ylabel("left less right, uV")
    return figure


def _busiest(at: FloatArray, duration_s: float, length_s: float = 20.0) -> float:
    """Return the start in s of the span of `length_s` with the most events."""
    starts = np.arange(0, duration_s - length_s)
    return float(starts[np.argmax([((at >= s) & (at < s + length_s)).sum() for s in starts])])


def heart(folder: Path) -> Figure:
    """Draw the median of the beats that NeuroKit2 finds, relative to the R peak."""
    ears = Headset(wire(("T7",), (), ("T8",)), 500.0)
    ours = doing(ears, 120.0).truth["ecg"][:, 0].astype(np.float64)
    sources = (
        (0, "MIT-BIH 100, lead II", real.mitdb(folder), real.MITDB_SFREQ, "-"),
        (0, "NeuroKit", real.neurokit_ecg(folder), real.NEUROKIT_SFREQ, "--"),
        (1, "T7 against T8, without EEG and EMG", ours, 500.0, "-"),
    )
    figure, axes = pair(row_in=3.2)
    for column, name, signal, sfreq, dash in sources:
        clean = band_passed(signal, sfreq, *BEAT_HZ)
        at = neurokit2.ecg_peaks(clean, sampling_rate=round(sfreq))[1]["ECG_R_Peaks"] / sfreq
        t = times(BEAT_S, sfreq)
        parts = from_baseline(epochs(clean, at.tolist(), sfreq, BEAT_S), t, BEAT_S[0] + 0.05)
        beat = np.median(parts, axis=0) / np.median(parts, axis=0).max()
        label = f"{name}: {len(parts)} beats"
        axes[0, column].plot(t, beat, color=SIDES[column][1], linestyle=dash, linewidth=1.8, label=label)
    for ax in axes[0]:
        ax.set_xlabel("time from the R peak, s")
        ax.legend(frameon=False, fontsize=8, loc="upper right")
    axes[0, 0].set_ylim(-0.4, 1.3)
    axes[0, 0].set_ylabel("of the R peak")
    return figure


def muscle(folder: Path) -> Figure:
    """Draw a burst, and the spectrum within bursts, both relative to the rms within bursts."""
    ears = Headset(wire(("T7", "T9"), ("T8", "T10"), ("TP9", "TP10")), real.BIOSPPY_SFREQ)
    session = doing(ears, 60.0, clenches={})
    sources = (real.emg(folder), session.recording.data[:, 0].astype(np.float64))
    figure, axes = pair(2, 2.6)
    for column, (signal, (_, colour)) in enumerate(zip(sources, SIDES, strict=True)):
        passed = band_passed(signal, real.BIOSPPY_SFREQ, *BURST_HZ)
        bursts = burst_spans(passed, real.BIOSPPY_SFREQ)
        rms = float(np.sqrt(np.mean(np.concatenate([passed[span] for span in bursts]) ** 2)))
        longest = max(bursts, key=lambda span: span.stop - span.start)
        first = max(0, (longest.start + longest.stop - round(SHOWN_S * real.BIOSPPY_SFREQ)) // 2)
        shown = passed[first:][: round(SHOWN_S * real.BIOSPPY_SFREQ)] / rms
        upper, lower = axes[:, column]
        upper.plot(np.arange(len(shown)) / real.BIOSPPY_SFREQ, shown, color=colour, linewidth=0.4)
        upper.set_xlabel("time, s")
        length = round(BURST_S * real.BIOSPPY_SFREQ)
        pieces = [passed[i : i + length] for span in bursts for i in range(span.start, span.stop - length + 1, length)]
        f, density = mean_density(np.stack(pieces) / rms, real.BIOSPPY_SFREQ, BURST_S)
        lower.plot(f, density, color=colour, linewidth=1.8)
        median_hz = float(f[np.searchsorted(np.cumsum(density**2) / np.sum(density**2), 0.5)])
        lower.axvline(median_hz, color=MARK, linewidth=0.8)
        lower.set_xlim(0, 450)
        lower.set_ylim(0, None)
        lower.set_xlabel("frequency, Hz")
        note(lower, f"{len(bursts)} bursts, median frequency {median_hz:.0f} Hz")
    axes[0, 0].set_ylabel("of the bursts' rms")
    axes[1, 0].set_ylabel("of it, 1/√Hz")
    return figure


def burst_spans(signal: FloatArray, sfreq: float) -> list[slice]:
    """Return the spans of 250 ms or longer in which the rms over 100 ms exceeds five times its median."""
    width = round(0.1 * sfreq)
    rms = np.sqrt(np.convolve(signal**2, np.ones(width) / width, "same"))
    loud = np.concatenate([[0], (rms > BURST_OVER_REST * np.median(rms)).astype(int), [0]])
    edges = np.flatnonzero(np.diff(loud)).reshape(-1, 2)
    return [slice(int(a), int(b)) for a, b in edges if b - a >= BURST_S * sfreq]


def sleep(folder: Path) -> Figure:
    """Draw fifteen seconds of N2: the whole signal, the band of spindles, and the spectrum."""
    cz = Headset(wire(("Cz",), (), ("A1", "A2")), real.SPINDLE_SFREQ)
    night = doing(cz, 1800.0, sleep={"stage": "N2"}, eyes_closed={}).recording
    start = round(_alike(night) * real.SPINDLE_SFREQ)
    ours = night.data[start : start + round(SLEEP_S * real.SPINDLE_SFREQ), 0].astype(np.float64)
    figure, axes = pair(3, 1.9)
    for column, (uv, (_, colour)) in enumerate(zip((real.spindles(folder), ours), SIDES, strict=True)):
        upper, middle, lower = axes[:, column]
        t = np.arange(len(uv)) / real.SPINDLE_SFREQ
        upper.plot(t, band_passed(uv, real.SPINDLE_SFREQ, *SLEEP_HZ), color=colour, linewidth=0.7)
        middle.plot(t, band_passed(uv, real.SPINDLE_SFREQ, *SIGMA_HZ), color=colour, linewidth=0.7)
        f, density = mean_density(uv[np.newaxis], real.SPINDLE_SFREQ, 4.0)
        lower.loglog(f[1:], density[1:], color=colour, linewidth=1.5)
        lower.axvspan(*SIGMA_HZ, color=MARK, alpha=0.12, linewidth=0)
        lower.set_xlim(0.5, 50)
        lower.set_ylim(0.05, 100)
        lower.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        lower.set_xlabel("frequency, Hz")
        middle.set_xlabel("time, s")
    for ax, text in zip(axes[:, 0], ("uV, .5 to 40 Hz", "uV, 11 to 16 Hz", "uV/√Hz"), strict=True):
        ax.set_ylabel(text)
    return figure


def _alike(recording: Recording) -> float:
    """Return the start in s of the first `SLEEP_S` with the events of the real signal: two spindles, a K-complex."""
    starts = np.arange(0, recording.duration_s - SLEEP_S)

    def count_of(label: str) -> NDArray[np.int_]:
        on = np.array([event.onset_s for event in recording.annotations if event.label == label])
        count: NDArray[np.int_] = ((on > starts[:, np.newaxis] + 1) & (on < starts[:, np.newaxis] + SLEEP_S - 2)).sum(
            axis=1
        )
        return count

    return float(starts[np.flatnonzero((count_of("spindle") >= 2) & (count_of("k_complex") >= 1))[0]])


def walking(folder: Path) -> Figure:
    """Draw acceleration along gravity: ten seconds, and the spectrum."""
    ears = Headset(wire(("T7",), (), ("T8",)), real.ACCELERATION_SFREQ)
    real_g = real.acceleration_g(folder)
    ours_g = doing(ears, len(real_g) / real.ACCELERATION_SFREQ, walking={}).acceleration_g[:, 2].astype(np.float64)
    figure, axes = pair(2, 2.3)
    for column, (g, (_, colour)) in enumerate(zip((real_g, ours_g), SIDES, strict=True)):
        upper, lower = axes[:, column]
        shown = g[round(5 * real.ACCELERATION_SFREQ) :][: round(10 * real.ACCELERATION_SFREQ)]
        upper.plot(np.arange(len(shown)) / real.ACCELERATION_SFREQ, shown, color=colour, linewidth=0.9)
        upper.set_xlabel("time, s")
        f, density = mean_density(g[np.newaxis], real.ACCELERATION_SFREQ, 5.0)
        lower.semilogy(f[1:], density[1:], color=colour, linewidth=1.5)
        lower.set_xlim(0, 15)
        lower.set_xlabel("frequency, Hz")
    axes[0, 0].set_ylabel("g")
    axes[1, 0].set_ylabel("g/√Hz")
    return figure
