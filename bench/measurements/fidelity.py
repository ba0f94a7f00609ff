"""Fidelity of the front end to its datasheet and circuit, and of synthetic events to other projects' detectors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.table import ResultRow
from earloop.recordings import Recording
from earloop.sim import GENERIC_FIT, codes_to_uv, front_end_of, front_end_run
from earloop.sim.ads1299 import GAINS, NOISE_UV_RMS, Ads1299, FunctionInputs
from earloop.sim.ads1299.sinc3 import sinc3_filter
from earloop.spec.decimator import sinc3_gain
from earloop.spec.design import load_design
from earloop.spec.wiring import wire
from earloop.synth_data import Headset, load_scenario, parse_scenario, synthesise
from tests.sim.front_end.hum import circuit_uv, tone_uv
from tests.synth_data.scoring import f1_of_spans, f1_of_times

NEEDS = ()
NOISE_SAMPLES = 20_000
HUM_DRAWS = 20
SETTLE_CYCLES = {
    16000: 521,
    8000: 1033,
    4000: 2057,
    2000: 4105,
    1000: 8201,
    500: 16393,
    250: 32777,
}  # SBAS499C, table 7
PEAK_S, BLINK_S = 0.005, 0.15  # largest distance of a detection


def measure() -> list[ResultRow]:
    """Measure all deviations and scores, each with its target."""
    noise, settling = _chip()
    clean, among = _r_peaks()
    near = f"our labels, within {1e3 * PEAK_S:g} ms"
    return [
        ResultRow(
            what="ADS1299 noise, worst of 49 gains and rates",
            value=noise,
            unit="% off",
            against="table 1 of SBAS499C",
            at_most=5.0,
        ),
        ResultRow(
            what="ADS1299 first data after START, worst of 7 rates",
            value=settling,
            unit="clocks off",
            against="table 7 of SBAS499C",
            at_most=0,
        ),
        ResultRow(
            what="sinc3, worst from 0 to half the rate",
            value=_sinc3_db(),
            unit="dB off",
            against="its closed form",
            at_most=0.05,
        ),
        ResultRow(
            what=f"Hum, worst of {HUM_DRAWS} draws of contacts",
            value=_hum_db(),
            unit="dB off",
            against="the circuit's closed form",
            at_most=1.0,
        ),
        ResultRow(
            what="R peaks found by NeuroKit2 in the heart's own potential, F1",
            value=clean,
            against=near,
            at_least=0.99,
        ),
        ResultRow(
            what="R peaks found by NeuroKit2 among EEG, eyes and muscles across the ears, F1",
            value=among,
            against=near,
        ),
        ResultRow(what="Blinks found by NeuroKit2 at Fpz, F1", value=_blinks(), against="our labels", at_least=0.9),
        ResultRow(what="Spindles found by YASA at Cz, F1", value=_spindles(), against="our labels", at_least=0.9),
    ]


def _chip() -> tuple[float, float]:
    """Return for a chip with shorted inputs the largest deviations of noise, in percent, and settling, in clocks."""
    worst_noise, worst_settling = 0.0, 0
    for code, rate_hz in enumerate(NOISE_UV_RMS):
        chip = Ads1299(FunctionInputs(), rng=np.random.default_rng(code))
        chip.advance(0.2)
        chip.transfer(b"\x06")
        chip.advance(cycles=18)
        registers = {1: 0x90 | code, 3: 0xE0} | {5 + n: n << 4 | 1 for n in range(len(GAINS))}
        for command in (b"\x11", *(bytes([0x40 | address, 0, value]) for address, value in registers.items())):
            chip.transfer(command)
        chip.advance(1.0)
        chip.set_start(True)
        worst_settling = max(worst_settling, abs((chip.cycles_to_drdy() or 0) - SETTLE_CYCLES[rate_hz]))
        codes = chip.capture(NOISE_SAMPLES)[:, : len(GAINS)]
        uv = codes * 4.5e6 / np.array(GAINS) / 2**23
        deviation = np.abs(uv.std(axis=0) / NOISE_UV_RMS[rate_hz] - 1).max()
        worst_noise = max(worst_noise, 100 * float(deviation))
    return worst_noise, float(worst_settling)


def _sinc3_db() -> float:
    """Return the largest deviation of the fast path's filter in dB, from its impulse response."""
    samples = 8192
    impulse = np.zeros(samples)
    impulse[samples // 2] = 1.0
    frequency = np.asarray(np.fft.rfftfreq(samples), np.float64)
    found = np.abs(np.fft.rfft(sinc3_filter(impulse)))
    return float(np.abs(20 * np.log10(found / sinc3_gain(frequency, 1.0))).max())


def _hum_db() -> float:
    """Return the largest deviation of a channel's hum in dB, measured in the codes of a body without sources."""
    design = load_design()
    device = front_end_of(design)
    firm = replace(GENERIC_FIT, open_chance=0.0, pops_per_min=0.0, lift_offs_per_min=0.0)
    silence = Recording(np.zeros((60_000, len(design.channels))), "uV", device.headset.rate_hz, design.channels)
    worst = 0.0
    for seed in range(HUM_DRAWS):
        run = front_end_run(silence, design, seed=seed, fit=firm)
        frequency_hz = run.recording.meta["front_end"]["mains"]["frequency_hz"]
        hum_uv = tone_uv(codes_to_uv(run.recording.data, device), frequency_hz)
        worst = max(worst, float(np.abs(20 * np.log10(hum_uv / circuit_uv(run, device))).max()))
    return worst


def _labelled(recording: Recording, label: str) -> list[tuple[float, float]]:
    return [(a.onset_s, a.onset_s + a.duration_s) for a in recording.annotations if a.label == label]


def _channel(recording: Recording) -> NDArray[np.float64]:
    return np.asarray(recording.data[:, 0], np.float64)


def _r_peaks() -> tuple[float, float]:
    """Return F1 for the heart's potential alone from ear to ear, and for the whole potential."""
    import neurokit2  # 1.4 s

    session = synthesise(load_design(), scenario="rest", seed=1, sources=True)
    truth = [start for start, _ in _labelled(session.recording, "r_peak")]

    def f1(uv: NDArray[np.floating[Any]]) -> float:
        across_ears = neurokit2.ecg_clean(np.asarray(uv[:, 0] - uv[:, 2], np.float64), sampling_rate=1000)
        found = neurokit2.ecg_peaks(across_ears, sampling_rate=1000)[1]["ECG_R_Peaks"] / 1000
        return f1_of_times(truth, found, PEAK_S)

    return f1(session.truth["ecg"]), f1(session.recording.data)


def _blinks() -> float:
    import neurokit2

    forehead = Headset(wire(("Fpz",), ("T8",), ("A1", "A2")), 500.0)
    recording = synthesise(forehead, scenario=load_scenario("n170"), duration_s=600.0, seed=1).recording
    vertical = neurokit2.eog_clean(_channel(recording), sampling_rate=500)
    found = neurokit2.eog_findpeaks(vertical, sampling_rate=500, method="mne") / 500
    return f1_of_times([(start + end) / 2 for start, end in _labelled(recording, "blink")], found, BLINK_S)


def _spindles() -> float:
    import yasa

    n2 = {"name": "N2", "duration_s": 900.0, "does": {"eyes_closed": {}, "sleep": {"stage": "N2"}}}
    scenario = parse_scenario({"name": "N2", "duration_s": 900.0, "tracks": [{"activities": [n2]}]})
    vertex = Headset(wire(("Cz",), ("Fz",), ("A1", "A2")), 200.0)
    recording = synthesise(vertex, scenario=scenario, seed=1).recording
    table = yasa.spindles_detect(_channel(recording), 200, verbose=False).summary()
    return f1_of_spans(_labelled(recording, "spindle"), list(zip(table["Start"], table["End"], strict=True)))
